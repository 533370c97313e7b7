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

// sealer fails at its first pass and ends the work at its third.
type sealer struct {
	passes int
	end    context.CancelFunc
}

func (z *sealer) Pass(context.Context, time.Time) (int, error) {
	switch z.passes++; z.passes {
	case 1:
		return 0, errors.New("the database does not answer")
	case 3:
		z.end()
	}
	return 1, nil
}

func (z *sealer) Head() (int64, []byte) { return int64(z.passes), []byte{0xAB, 0xCD} }

func TestSealingGoesOnAfterAFailureAndEndsWithTheHeadInTheLog(t *testing.T) {
	ctx, end := context.WithCancel(context.Background())
	z := &sealer{end: end}
	var log bytes.Buffer
	jobs.Seal(ctx, z, slog.New(slog.NewTextHandler(&log, nil)))
	if z.passes != 3 {
		t.Errorf("%d passes, want 3", z.passes)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "does not answer") || !strings.Contains(lines[1], `msg="audit head" seal=3 hash=abcd`) {
		t.Errorf("the log says\n%s", log.String())
	}
}
