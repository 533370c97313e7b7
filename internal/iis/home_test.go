package iis_test

import (
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

func TestWhatIsOnesOwnIsWhatTheSendersOfTheSiteReported(t *testing.T) {
	home := &iis.Home{Senders: []iis.SenderID{1, 2, 3}}
	for name, c := range map[string]struct {
		of   iis.SenderID
		home *iis.Home
		want []bool // of nobody, 1, 2 and 4
		all  []iis.SenderID
	}{
		"one of several":  {2, home, []bool{false, true, true, false}, []iis.SenderID{2, 1, 3}},
		"alone":           {2, nil, []bool{false, false, true, false}, []iis.SenderID{2}},
		"of no site":      {0, nil, []bool{false, false, false, false}, nil},
		"nobody’s sender": {0, home, []bool{false, false, false, false}, nil}, // what is forgotten denies
	} {
		by, in := iis.Actor{Site: c.of, Home: c.home}, iis.Scope{Sender: c.of, Home: c.home}
		var owns, has []bool
		for _, id := range []iis.SenderID{0, 1, 2, 4} {
			owns, has = append(owns, by.Owns(id)), append(has, in.Has(id))
		}
		is.Equal(t, name, owns, c.want)
		is.Equal(t, name+": in scope", has, c.want)
		is.Equal(t, name+": all", c.home.Of(c.of), c.all)
	}
}
