package match

import (
	"slices"

	"openiis/internal/fold"
)

// Called are the other names by which somebody with a given name may be called, and
// the full names that it may stand for (matching/nicknames.tsv), folded and in order.
func (r *Rules) Called(given string) []string {
	own := fold.Text(given)
	var out []string
	add := func(n string) {
		if n != own && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	for _, full := range r.called[own] {
		add(r.full[full])
		for form, may := range r.called {
			if slices.Contains(may, full) {
				add(form)
			}
		}
	}
	slices.Sort(out)
	return out
}
