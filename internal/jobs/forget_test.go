package jobs

import (
	"context"
	"log/slog"
	"testing"

	"openiis/internal/is"
)

type forgetful struct{ done func() }

func (f forgetful) Forget(context.Context) error { f.done(); return nil }

func TestKeptFormsAreErasedWhenItBegins(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	times := 0
	Forget(ctx, forgetful{func() { times++; cancel() }}, slog.New(slog.DiscardHandler))
	is.Equal(t, "times", times, 1)
}
