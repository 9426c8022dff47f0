//go:build !spanmask_pkgconfig

package ffi

// The library that "go generate" laid into lib/, else one in the compiler's own search path, such as /usr/local.

/*
#cgo CFLAGS: -I${SRCDIR}/../../lib/include
#cgo LDFLAGS: -L${SRCDIR}/../../lib
#cgo linux LDFLAGS: -l:libspanmask.a -lgcc_s -lutil -lrt -lpthread -lm -ldl
#cgo !linux LDFLAGS: -lspanmask
*/
import "C"
