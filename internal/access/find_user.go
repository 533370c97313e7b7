package access

import (
	"slices"
	"strings"

	"openiis/internal/fold"
	"openiis/internal/store"
)

// UserFilter says which users are listed; zero: all whom somebody sees.
type UserFilter struct {
	Text string // beginnings of words of the name or user name
	Site string // of the site's name, or the whole of its facility code
}

// wants reports an account that is listed.
func (f UserFilter) wants(a *store.AccountAt) bool {
	return begins(f.Text, a.Name+" "+a.Username+" "+a.Email) &&
		(begins(f.Site, a.Site) || strings.EqualFold(strings.TrimSpace(f.Site), a.Facility))
}

// begins reports that each word that was asked for is the beginning of one of a text's.
func begins(asked, text string) bool {
	words := fold.Words(text)
	return !slices.ContainsFunc(fold.Words(asked), func(word string) bool {
		return !slices.ContainsFunc(words, func(have string) bool { return strings.HasPrefix(have, word) })
	})
}

// accountsLike are the accounts after a user name that somebody sees and a filter wants, as
// many as a number at most. Names are folded here and not by the database: users are few.
func accountsLike(tx *store.Tx, by Manager, f UserFilter, after string, most int) (out []store.AccountAt, err error) {
	for {
		const block = 500
		found, err := tx.Accounts(by.scope(), after, block)
		if err != nil {
			return nil, err
		}
		for i := range found {
			if f.wants(&found[i]) {
				out = append(out, found[i])
			}
			if len(out) == most {
				return out, nil
			}
		}
		if len(found) < block {
			return out, nil
		}
		after = found[block-1].Username
	}
}
