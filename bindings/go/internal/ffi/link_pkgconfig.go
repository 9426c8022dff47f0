//go:build spanmask_pkgconfig

package ffi

// The library that pkg-config knows. Where a shared one lies beside it, as-needed leaves that out.

/*
#cgo pkg-config: --static spanmask
#cgo linux LDFLAGS: -Wl,--as-needed -l:libspanmask.a
*/
import "C"
