package main

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"openiis/internal/is"
)

// counted counts the writes of a log.
type counted struct {
	bytes.Buffer
	writes int
}

func (c *counted) Write(p []byte) (int, error) {
	c.writes++
	return c.Buffer.Write(p)
}

func TestLinesOfTheLogAreWrittenTogetherAndSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out counted
		log := newLogWriter(&out).logger()
		for i := range 10 {
			log.Info("message", "ms", i)
		}
		is.Equal(t, "at once", out.writes, 0)
		time.Sleep(logWithin)
		synctest.Wait()
		is.Equal(t, "a moment later", out.writes, 1)
		is.Equal(t, "lines", strings.Count(out.String(), "\n"), 10)
		log.Info("message", "ms", 11)
		log.With("door", "http").Error("message", "ms", 12)
		is.Equal(t, "an error", out.writes, 2)
		is.Equal(t, "lines", strings.Count(out.String(), "\n"), 12)
	})
}

func TestManyLinesOfTheLogAreWrittenWithoutWaitingInTheirOrder(t *testing.T) {
	var out counted
	w := newLogWriter(&out)
	log := w.logger()
	const each, writers = 2000, 4
	var group sync.WaitGroup
	for n := range writers {
		group.Go(func() {
			for i := range each {
				log.Info("message", "user", n, "ms", i)
			}
		})
	}
	group.Wait()
	w.Flush()
	text := out.String()
	for n := range writers {
		at := 0
		for i := range each {
			next := strings.Index(text[at:], fmt.Sprintf(`"user":%d,"ms":%d}`, n, i))
			if next < 0 {
				t.Fatalf("line %d of writer %d is not there, or not in its place", i, n)
			}
			at += next
		}
	}
	if out.writes < 5 {
		t.Errorf("%d writes: the lines waited for the end", out.writes)
	}
}
