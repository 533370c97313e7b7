package drive

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Usage is what a server has used of the machine so far.
type Usage struct {
	Resident int64         // bytes of memory, at its highest (VmHWM)
	CPU      time.Duration // of all its threads, in user and system mode
}

// tick is the unit of times in /proc: 1/100 s on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// Usage reads the server's /proc entries; it works on Linux. A database server
// beside it is not counted.
func (s *Server) Usage() (Usage, error) {
	dir := fmt.Sprintf("/proc/%d/", s.cmd.Process.Pid)
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		return Usage{}, err
	}
	var u Usage
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				return Usage{}, err
			}
			u.Resident = kb << 10
		}
	}
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return Usage{}, err
	}
	// The name in parentheses may hold blanks; utime and stime are the 14th and
	// 15th fields (proc(5)), so the 12th and 13th behind it.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return Usage{}, err
		}
		u.CPU += time.Duration(n) * tick
	}
	return u, nil
}
