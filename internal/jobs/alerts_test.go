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

// judge has more to judge twice, then fails.
type judge struct {
	asked int
	end   context.CancelFunc
}

func (j *judge) Judge(context.Context, time.Time) (int, bool, error) {
	switch j.asked++; j.asked {
	case 1, 2:
		return 1, true, nil
	}
	time.AfterFunc(time.Millisecond, j.end)
	return 0, true, errors.New("the database does not answer")
}

func TestAccessIsJudgedAtOnceAsLongAsThereIsMore(t *testing.T) {
	ctx, end := context.WithTimeout(context.Background(), 5*time.Second)
	j := &judge{end: end}
	var log bytes.Buffer
	jobs.Alert(ctx, j, slog.New(slog.NewTextHandler(&log, nil)))
	if j.asked != 3 {
		t.Errorf("asked %d times, want 3", j.asked)
	}
	if !strings.Contains(log.String(), "does not answer") {
		t.Errorf("the log says\n%s", log.String())
	}
}
