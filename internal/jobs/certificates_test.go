package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/jobs"
)

// ending says once whose certificates end, and then stops the job.
type ending struct {
	list []iis.SenderID
	err  error
	stop context.CancelFunc
}

func (e ending) EndingSoon(context.Context) ([]iis.SenderID, error) {
	defer e.stop()
	return e.list, e.err
}

func TestTheEndOfCertificatesIsWarnedOfInTheLog(t *testing.T) {
	said := func(list []iis.SenderID, err error) string {
		var b bytes.Buffer
		ctx, stop := context.WithCancel(context.Background())
		jobs.Certificates(ctx, ending{list, err, stop}, slog.New(slog.NewTextHandler(&b, nil)))
		return b.String()
	}
	text := said([]iis.SenderID{77, 78}, nil)
	is.Equal(t, "lines", strings.Count(text, "level=WARN"), 2)
	if !strings.Contains(text, "sender="+iis.SenderID(77).Public()) {
		t.Errorf("it does not say whose: %s", text)
	}
	is.Equal(t, "none", said(nil, nil), "")
	is.Equal(t, "what failed while it stops is not told", said(nil, errors.New("gone")), "")
}
