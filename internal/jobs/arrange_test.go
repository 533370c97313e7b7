package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"openiis/internal/jobs"
)

// arranger has something left twice, then fails.
type arranger struct {
	asked int
	end   context.CancelFunc
}

func (a *arranger) Arrange(context.Context) (int, error) {
	switch a.asked++; a.asked {
	case 1, 2:
		return 5, nil
	}
	time.AfterFunc(time.Millisecond, a.end)
	return 0, errors.New("the database does not answer")
}

func TestTheQueueIsArrangedAtOnceAsLongAsSomethingIsLeft(t *testing.T) {
	ctx, end := context.WithTimeout(context.Background(), 5*time.Second)
	a := &arranger{end: end}
	var log bytes.Buffer
	jobs.Arrange(ctx, a, slog.New(slog.NewTextHandler(&log, nil)))
	if a.asked != 3 {
		t.Errorf("asked %d times, want 3", a.asked)
	}
	if !strings.Contains(log.String(), "does not answer") {
		t.Errorf("the log says\n%s", log.String())
	}
}
