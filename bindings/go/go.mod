module github.com/spanmask/spanmask/bindings/go

go 1.25
