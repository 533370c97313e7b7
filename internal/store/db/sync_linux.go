package db

import (
	"os"
	"syscall"
	"time"
)

// How a large file is synced a part at a time.
const (
	partOfFile  = 32 << 20             // bytes whose changes are written out at once
	betweenThem = 4 * time.Millisecond // in which others use the disk
	noWork      = 500 * time.Microsecond
	writeOut    = 7 // SYNC_FILE_RANGE_WAIT_BEFORE, _WRITE and _WAIT_AFTER (sync_file_range(2))
)

// syncData makes what was written to a file durable.
func syncData(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }

// syncGently makes what was written to a large file durable, a part at a time:
// whoever syncs a little of another file meanwhile does not wait for all of it.
func syncGently(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	for at := int64(0); at < info.Size(); at += partOfFile {
		begun := time.Now()
		if syscall.SyncFileRange(int(f.Fd()), at, partOfFile, writeOut) != nil {
			break // not every file system can; then it is synced at once
		}
		if time.Since(begun) > noWork {
			time.Sleep(betweenThem)
		}
	}
	return syncData(f)
}
