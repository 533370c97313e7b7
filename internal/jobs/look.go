package jobs

import (
	"context"
	"time"
)

// lookEvery is how often settings are looked at: what another program changed
// takes effect within a second.
const lookEvery = 400 * time.Millisecond

// Look has each of those who keep settings in memory look, every moment until
// ctx is done, whether any program changed them: access.Gate.Look for
// credentials, intake.Desk.Look for severities and the weights of matching.
func Look(ctx context.Context, each ...func(context.Context)) {
	every(ctx, lookEvery, func() {
		for _, look := range each {
			look(ctx)
		}
	})
}
