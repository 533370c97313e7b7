//go:build !linux

package db

import "os"

// syncData makes what was written to a file durable.
func syncData(f *os.File) error { return f.Sync() }

// syncGently makes what was written to a large file durable.
func syncGently(f *os.File) error { return syncData(f) }
