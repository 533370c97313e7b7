package web

import (
	"regexp"
	"time"

	"openiis/internal/chart"
)

// look is how a verdict looks: the tone of its tag and a sign. Both only repeat its
// words, so that nobody has to see colour or know the sign.
type look struct{ Tone, Sign string }

func urgencyLook(u chart.Urgency) look {
	switch u {
	case chart.Overdue:
		return look{"bad", "!"}
	case chart.DueNow:
		return look{"look", "●"}
	case chart.DueLater:
		return look{"", "○"}
	case chart.Forbidden:
		return look{"bad", "✕"}
	case chart.Finished, chart.Immune:
		return look{"good", "✓"}
	}
	return look{"", "–"}
}

func countLook(c chart.Count) look {
	switch c {
	case chart.Counts:
		return look{"good", "✓"}
	case chart.CountsWithRemark:
		return look{"look", "✓"}
	case chart.CountsNot:
		return look{"bad", "✕"}
	}
	return look{"look", "?"}
}

var isoDay = regexp.MustCompile(`\b\d{4}-\d\d-\d\d\b`)

// prose is a sentence of the schedule with its days as Americans write them.
func prose(text string) string {
	return isoDay.ReplaceAllStringFunc(text, func(day string) string {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return day
		}
		return d.Format("Jan 2, 2006")
	})
}
