// Command fetchlib lays libspanmask.a and spanmask.h into lib/ of the Go package, where cgo looks for them: "go generate"
// builds them from the clone, which needs Rust; -from DIR takes those that "make install PREFIX=DIR" has installed.
package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	from := flag.String("from", "", "take the library from this prefix instead of building it")
	flag.Parse()
	if err := fetch(*from); err != nil {
		fmt.Fprintln(os.Stderr, "fetchlib:", err)
		os.Exit(1)
	}
}

// fetch runs in the folder of the Go package, as go generate does.
func fetch(prefix string) error {
	library, header := filepath.Join(prefix, "lib", "libspanmask.a"), filepath.Join(prefix, "include", "spanmask.h")
	if prefix == "" {
		root := filepath.Join("..", "..")
		if _, err := os.Stat(filepath.Join(root, "ffi", "Cargo.toml")); err != nil {
			return errors.New("this is no clone of spanmask; install the library (make install in a clone), see README.md")
		}
		var err error
		if library, err = build(root); err != nil {
			return err
		}
		header = filepath.Join(root, "include", "spanmask.h")
	}
	return errors.Join(lay(library, "lib"), lay(header, filepath.Join("lib", "include")), stamp())
}

// stamp tells go build about a new library, which it does not look at: a header in the folder of a package it does.
func stamp() error {
	data, err := os.ReadFile(filepath.Join("lib", "libspanmask.a"))
	if err != nil {
		return err
	}
	text := fmt.Sprintf("/* libspanmask.a: sha256 %x */\n", sha256.Sum256(data))
	return os.WriteFile(filepath.Join("internal", "ffi", "library.h"), []byte(text), 0o644)
}

// build makes the static library and says where it is.
func build(root string) (string, error) {
	if _, err := exec.LookPath("cargo"); err != nil {
		return "", errors.New("cargo is missing: install Rust, or use a library that is installed (see README.md)")
	}
	cargo := exec.Command("cargo", "rustc", "--release", "--locked", "-p", "spanmask-ffi", "--lib", "--crate-type", "staticlib")
	cargo.Dir, cargo.Stdout, cargo.Stderr = root, os.Stdout, os.Stderr
	if err := cargo.Run(); err != nil {
		return "", fmt.Errorf("cargo: %w", err)
	}
	query := exec.Command("cargo", "metadata", "--format-version", "1", "--no-deps", "--locked")
	query.Dir, query.Stderr = root, os.Stderr
	answer, err := query.Output()
	if err != nil {
		return "", fmt.Errorf("cargo metadata: %w", err)
	}
	var metadata struct {
		TargetDirectory string `json:"target_directory"`
	}
	if err := json.Unmarshal(answer, &metadata); err != nil {
		return "", fmt.Errorf("cargo metadata: %w", err)
	}
	return filepath.Join(metadata.TargetDirectory, "release", "libspanmask.a"), nil
}

// lay copies a file into a folder. It is written aside first, so that an interrupted copy is never linked.
func lay(file, folder string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	to := filepath.Join(folder, filepath.Base(file))
	if err := os.WriteFile(to+".new", data, 0o644); err != nil {
		return err
	}
	return os.Rename(to+".new", to)
}
