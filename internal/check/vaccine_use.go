package check

import "openiis/internal/cal"

// cvxNumber is a CVX code as a number, 0 for what is none.
func cvxNumber(code string) int {
	n := 0
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' || i > 2 {
			return 0
		}
		n = n*10 + int(code[i]-'0')
	}
	return n
}

// use is when and for whom a vaccine is given in the United States. What is 0
// or None has no limit.
type use struct {
	from     cal.Date // its first licence or authorisation
	replaced cal.Date // when another took its place
	until    cal.Date // when no dose can have been left
	youngest int      // months
	tooOld   int      // months: the first age at which it is not given
}

// uses are by CVX number; those without a row have no limits.
var uses = func() (all [1000]use) {
	for _, row := range useRows {
		all[row.cvx] = use{date(row.from), date(row.replaced), date(row.until), row.youngest, row.tooOld}
	}
	return all
}()

func date(s string) cal.Date {
	if s == "" {
		return cal.None
	}
	return cal.ParseCompact(s)
}
