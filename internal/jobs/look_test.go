package jobs_test

import (
	"context"
	"testing"

	"openiis/internal/is"
	"openiis/internal/jobs"
)

func TestEveryoneLooksInTurnUntilTheEnd(t *testing.T) {
	ctx, end := context.WithCancel(context.Background())
	var looked []string
	jobs.Look(ctx,
		func(context.Context) { looked = append(looked, "credentials") },
		func(context.Context) {
			if looked = append(looked, "severities"); len(looked) == 4 {
				end()
			}
		})
	is.Equal(t, "looked", looked, []string{"credentials", "severities", "credentials", "severities"})
}
