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

// eraser has one record to erase, and one that fails.
type eraser struct{ end context.CancelFunc }

func (e *eraser) EraseDue(context.Context) (int, error) {
	time.AfterFunc(time.Millisecond, e.end)
	return 1, errors.New("the database does not answer")
}

func TestWhatIsDueIsErasedAtOnceAndAFailureIsTold(t *testing.T) {
	ctx, end := context.WithTimeout(context.Background(), 5*time.Second)
	var log bytes.Buffer
	jobs.Erase(ctx, &eraser{end: end}, slog.New(slog.NewTextHandler(&log, nil)))
	for _, says := range []string{"does not answer", "records=1"} {
		if !strings.Contains(log.String(), says) {
			t.Errorf("the log does not say %q:\n%s", says, log.String())
		}
	}
}
