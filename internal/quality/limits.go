package quality

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"openiis/internal/store"
)

//go:embed limits.tsv
var limitsFile string

// limit is when a figure opens a review; limits.tsv says what its columns mean.
type limit struct {
	figure             string
	days               int
	least              int64
	limit, times, over float64 // 0: none
	say                string
}

// limits are all of them, by figure.
type limits map[string]limit

// The figures that limits are about.
const (
	figureRefused = "refused"
	figureInPart  = "in-part"
	figureLate    = "late"
	figureFewer   = "fewer"
	figureGoLive  = "go-live"
)

// builtInLimits are those of this build. One that cannot be read is a bug of
// the build; a test reads it.
func builtInLimits() limits {
	l, err := readLimits(limitsFile)
	if err != nil {
		panic("quality: " + err.Error())
	}
	return l
}

const limitColumns = "figure\tdays\tleast\tlimit\ttimes\tfloor\tsay"

func readLimits(file string) (limits, error) {
	out := limits{}
	headed := false
	for i, line := range strings.Split(strings.TrimSuffix(file, "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			continue
		case !headed:
			if headed = line == limitColumns; !headed {
				return nil, fmt.Errorf("limits.tsv:%d: the columns must be %q", i+1, limitColumns)
			}
			continue
		}
		l, err := readLimit(line)
		if err != nil {
			return nil, fmt.Errorf("limits.tsv:%d: %w", i+1, err)
		}
		out[l.figure] = l
	}
	for _, figure := range []string{figureRefused, figureInPart, figureLate, figureFewer, figureGoLive} {
		if out[figure].say == "" {
			return nil, fmt.Errorf("limits.tsv: there is no line %q", figure)
		}
	}
	return out, nil
}

func readLimit(line string) (limit, error) {
	cells := strings.Split(line, "\t")
	if len(cells) != strings.Count(limitColumns, "\t")+1 {
		return limit{}, fmt.Errorf("%d cells", len(cells))
	}
	l := limit{figure: cells[0], say: cells[6]}
	var numbers [5]float64
	for i := range numbers {
		if cells[i+1] == "" {
			continue
		}
		n, err := strconv.ParseFloat(cells[i+1], 64)
		if err != nil || n < 0 {
			return l, fmt.Errorf("%q is not a number", cells[i+1])
		}
		numbers[i] = n
	}
	l.days, l.least, l.limit, l.times, l.over = int(numbers[0]), int64(numbers[1]), numbers[2], numbers[3], numbers[4]
	if l.days < 1 {
		return l, fmt.Errorf("%s: days must be 1 or more", l.figure)
	}
	return l, nil
}

// compareDays is the time before, with which figures are compared.
const compareDays = 28

// crossed says in words how a figure of now crosses its limit, given the
// figures before; "" when it does not.
func (l limit) crossed(now, before store.Sums) string {
	if l.figure == figureFewer {
		return l.fewer(now.Messages(), before.Messages())
	}
	have, of := parts(l.figure, now)
	had, ofBefore := parts(l.figure, before)
	if of < l.least {
		return ""
	}
	share, was := percent(have, of), percent(had, ofBefore)
	switch {
	case share > l.limit:
		return fmt.Sprintf("%s: %s of %d in %d days. The limit is %s.", l.say, InPercent(share), of, l.days, InPercent(l.limit))
	case ofBefore >= l.least && share > l.over && share > l.times*was:
		return fmt.Sprintf("%s: %s of %d in %d days, after %s in the four weeks before.", l.say, InPercent(share), of, l.days, InPercent(was))
	}
	return ""
}

// fewer compares messages with those of as many days before.
func (l limit) fewer(now, before int64) string {
	usual := float64(before) * float64(l.days) / compareDays
	if before < l.least || float64(now) >= usual*l.limit/100 {
		return ""
	}
	return fmt.Sprintf("%s: %d in %d days, where %.0f were usual.", l.say, now, l.days, usual)
}

// parts are how many, of how many, a figure is.
func parts(figure string, s store.Sums) (have, of int64) {
	switch figure {
	case figureRefused:
		return s.Refused(), s.Messages()
	case figureInPart:
		return s.InPart, s.Messages()
	}
	return s.Doses - s.Within7, s.Doses
}

func percent(have, of int64) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(have) / float64(of)
}

// InPercent writes a share as people read it: 0.4%, 12%.
func InPercent(p float64) string {
	if p != 0 && p < 9.95 {
		return strconv.FormatFloat(p, 'f', 1, 64) + "%"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + "%"
}
