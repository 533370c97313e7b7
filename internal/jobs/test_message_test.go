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

// tests has three test messages to erase, and one that fails.
type tests struct{ end context.CancelFunc }

func (e tests) EraseTests(context.Context) (int, error) {
	time.AfterFunc(time.Millisecond, e.end)
	return 3, errors.New("the database does not answer")
}

func TestOldTestMessagesAreErasedAtOnceAndAFailureIsTold(t *testing.T) {
	ctx, end := context.WithTimeout(context.Background(), 5*time.Second)
	var log bytes.Buffer
	jobs.EraseTests(ctx, tests{end}, slog.New(slog.NewTextHandler(&log, nil)))
	for _, says := range []string{"does not answer", "messages=3"} {
		if !strings.Contains(log.String(), says) {
			t.Errorf("the log does not say %q:\n%s", says, log.String())
		}
	}
}
