package synth

import (
	"strings"
	"time"
	"unicode"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/iis"
)

// Slip is a set of ways in which a facility has somebody otherwise than they
// are.
type Slip uint16

// The slips.
const (
	SlipNoMiddle  Slip = 1 << iota
	SlipNickname       // Abby for Abigail
	SlipBirth          // day and month of birth exchanged
	SlipLetters        // two letters of a name exchanged
	SlipPlain          // accents, apostrophes and hyphens left out
	SlipHalf           // one of two family names only
	SlipNoPhone        // no telephone
	SlipUppercase      // CAPITAL LETTERS, as old systems print them
	slipEnd
	SlipAll = slipEnd - 1
)

// slip gives an account its facility's slips. A person's own clinic makes few.
func (b *accounts) slip(a *Account, home bool) {
	d := dice(mix(b.p.seed, streamSlip, hash(a.At.Code)^uint64(b.l.Index)*387_420_489))
	often := 3
	if home {
		often = 1
	}
	do := func(s Slip, percent int) bool {
		if d.chance(percent * often / 3) {
			a.Slips |= s
			return true
		}
		return false
	}
	if !a.Placeholder {
		slipName(&d, a, do)
	}
	if y, m, day := a.Birth.YMD(); day <= 12 && int(m) != day && do(SlipBirth, 4) {
		if swapped := cal.Of(y, time.Month(day), int(m)); b.bears(swapped) {
			a.Birth = swapped
		} else {
			a.Slips &^= SlipBirth
		}
	}
	if do(SlipNoPhone, 20) {
		a.Phone = iis.Telecom{}
	}
	if old := dice(mix(b.p.seed, streamCapitals, hash(a.At.Code))); old.chance(18) {
		a.Slips |= SlipUppercase
		a.Name = iis.Name{Family: upper(a.Name.Family), Given: upper(a.Name.Given), Middle: upper(a.Name.Middle), Type: a.Name.Type}
		a.Parent.Name.Family, a.Parent.Name.Given = upper(a.Parent.Name.Family), upper(a.Parent.Name.Given)
		a.Parent.Maiden = upper(a.Parent.Maiden)
		a.Address.Street, a.Address.City = upper(a.Address.Street), upper(a.Address.City)
	}
}

// bears reports a birth date that no dose of the person and no calendar
// contradicts.
func (b *accounts) bears(birth cal.Date) bool {
	if birth == cal.None || birth > b.p.Today || birth > b.l.Birth && b.l.Birth+30 > b.p.Today {
		return false
	}
	return birth <= b.l.Birth || len(b.l.Doses) > 0 && birth+3 <= b.l.Doses[0].Date
}

func slipName(d *dice, a *Account, do func(Slip, int) bool) {
	n := &a.Name
	if n.Middle != "" && do(SlipNoMiddle, 30) {
		n.Middle = ""
	}
	if short := nicknames[n.Given]; short != "" && do(SlipNickname, 15) {
		n.Given = short
	}
	if do(SlipLetters, 3) {
		to := &n.Family
		if d.chance(50) {
			to = &n.Given
		}
		if t := transposed(d, *to); t != *to {
			*to = t
		} else {
			a.Slips &^= SlipLetters
		}
	}
	if strings.ContainsAny(n.Family, " -") && do(SlipHalf, 20) {
		n.Family = half(d, n.Family)
	}
	if bare := plain(n.Family) + "|" + plain(n.Given); bare != n.Family+"|"+n.Given && do(SlipPlain, 50) {
		n.Family, n.Given = plain(n.Family), plain(n.Given)
		n.Middle = plain(n.Middle)
	}
}

// half is one of two family names. What stands before a name alone (de la) is
// no name.
func half(d *dice, family string) string {
	at := strings.LastIndexAny(family, " -")
	head, tail := family[:at], family[at+1:]
	if head == "de la" || head == "van der" {
		return family
	}
	if d.chance(70) {
		return head
	}
	return tail
}

// plain is a name without accents, apostrophes and hyphens, capitals where they
// were.
func plain(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\'':
		case r == '-':
			b.WriteByte(' ')
		case r < unicode.MaxASCII:
			b.WriteRune(r)
		default:
			t := fold.Text(string(r))
			if unicode.IsUpper(r) {
				t = upper(t)
			} else {
				t = strings.ToLower(t)
			}
			b.WriteString(t)
		}
	}
	return b.String()
}

// transposed has two neighbouring letters of a word exchanged, behind its first.
func transposed(d *dice, s string) string {
	r := []rune(s)
	if len(r) < 4 {
		return s
	}
	i := 1 + d.n(len(r)-2)
	if !unicode.IsLower(r[i]) || !unicode.IsLower(r[i+1]) {
		return s
	}
	r[i], r[i+1] = r[i+1], r[i]
	return string(r)
}

func upper(s string) string { return strings.ToUpper(s) }

// nicknames are of those names that have a common one.
var nicknames = map[string]string{
	"Abigail": "Abby", "Alejandra": "Ale", "Amelia": "Amy", "Daniela": "Dani", "Evangeline": "Eva", "Gabriela": "Gaby",
	"Genevieve": "Gen", "Isabel": "Bella", "Josephine": "Josie", "Mariana": "Mari", "Penelope": "Penny", "Ramona": "Mona",
	"Valentina": "Vale", "Adriana": "Adri", "Camila": "Cami", "Cecilia": "Ceci", "Naomi": "Nomi", "Violet": "Vi",
	"Alejandro": "Alex", "Caleb": "Cal", "Calvin": "Cal", "Demetrius": "Dee", "Emil": "Em", "Ignacio": "Nacho", "Javier": "Javi",
	"Leander": "Lee", "Lincoln": "Link", "Nathaniel": "Nate", "Oscar": "Oz", "Rafael": "Rafa", "Santiago": "Santi", "Tobias": "Toby",
	"Thaddeus": "Thad", "Wesley": "Wes", "José": "Pepe", "Anton": "Tony", "Benício": "Beni", "Desmond": "Des", "Esteban": "Steve",
	"Gideon": "Gid", "Joaquín": "Quino", "Lorenzo": "Enzo", "Reuben": "Ben", "Ruben": "Ben", "Xavier": "Xavi",
}
