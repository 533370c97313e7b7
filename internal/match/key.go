package match

import (
	"hash/fnv"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/iis"
)

// Fold makes names comparable: upper case, without diacritics, blanks and
// punctuation (O'Brien, OBRIEN and Óbrien are one).
func Fold(s string) string { return fold.Text(s) }

// Keys are the equality keys by which a person is found again, hashed: each
// name with the birth date, and numbers that a person keeps for life. Birth
// date with family name finds candidates for a query and for a person to
// compare.
func Keys(p *iis.Person) []int64 {
	var out []int64
	for _, n := range p.Names {
		family, given := Fold(n.Family), Fold(n.Given)
		if p.Birth == cal.None || family == "" {
			continue
		}
		if given != "" {
			out = addKey(out, "name", family, given, p.Birth.Compact())
		}
		out = addKey(out, "family", family, p.Birth.Compact())
	}
	for _, id := range p.IDs {
		if k := identifierKey(id); k != "" && (id.Type == "SS" || id.Type == "MA") {
			out = addKey(out, id.Type, k)
		}
	}
	return out
}

func addKey(keys []int64, parts ...string) []int64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p)) // a hash never fails
		_, _ = h.Write([]byte{0})
	}
	k := int64(h.Sum64())
	for _, have := range keys {
		if have == k {
			return keys
		}
	}
	return append(keys, k)
}

// placeholders are social security numbers that stand for "not known".
var placeholders = map[string]bool{"123456789": true, "987654321": true, "078051120": true}

// identifierKey is a number as it is compared, "" for one that says nothing.
// Social security numbers of areas never issued and repeated digits are such
// (SSA POMS RM 10201.035).
func identifierKey(id iis.Identifier) string {
	v := Fold(id.Value)
	if id.Type != "SS" {
		if strings.Trim(v, "0") == "" || len(v) < 4 {
			return ""
		}
		return v
	}
	if len(v) != 9 || strings.Trim(v, v[:1]) == "" || placeholders[v] {
		return ""
	}
	if strings.HasPrefix(v, "000") || strings.HasPrefix(v, "666") || v[0] == '9' {
		return ""
	}
	return v
}

// OwnKeys are the numbers by which a sender itself knows its patient: medical
// record numbers and others of its own, but not those that a person keeps for
// life. Each stands with its type and authority, and once more alone, for the
// sender that leaves them out another time.
func OwnKeys(p *iis.Person) []string {
	var out []string
	for _, id := range p.IDs {
		if full, bare, ok := ownKey(id); ok {
			out = addString(addString(out, full), bare)
		}
	}
	return out
}

// LookUpKeys are the keys under which a described patient may be stored: each
// number as it was sent, and one without type or authority as the number alone.
// Where nothing else is said of the patient, such a number must be enough: then
// it is looked up as the number alone only, which leads nowhere when the sender
// has given it to two.
func LookUpKeys(p *iis.Person) []string {
	var out []string
	for _, id := range p.IDs {
		full, bare, ok := ownKey(id)
		if !ok {
			continue
		}
		part := id.Type == "" || id.Authority == ""
		if !part || !Unsaid(p) {
			out = addString(out, full)
		}
		if part {
			out = addString(out, bare)
		}
	}
	return out
}

// IsBare reports a key of a number alone: with two authorities, a sender may
// have given it to two patients.
func IsBare(key string) bool { return strings.HasPrefix(key, anyAuthority) }

const anyAuthority = "*|*|"

func ownKey(id iis.Identifier) (full, bare string, ok bool) {
	v := strings.ToUpper(strings.TrimSpace(id.Value))
	switch id.Type {
	case "SS", "MA", "MC", "DL", "BR", "SR", "PN", "WC":
		return "", "", false
	}
	if len(v) > maxKey || len(id.Authority) > maxKey {
		return "", "", false
	}
	full = strings.ToUpper(strings.TrimSpace(id.Type)) + "|" + strings.ToUpper(strings.TrimSpace(id.Authority)) + "|" + v
	return full, anyAuthority + v, v != ""
}

// maxKey is the longest number that is a key: longer ones are no numbers, and
// no index holds them.
const maxKey = 200

func addString(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
