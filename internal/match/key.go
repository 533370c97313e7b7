package match

import (
	"slices"
	"strings"

	"openiis/internal/iis"
)

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

// BirthKeys are the keys of the birth certificates that a description names (type
// BR), under which an office of vital records knows its newborns (package vital).
func BirthKeys(p *iis.Person) []string {
	var out []string
	for _, id := range p.Identified("BR") {
		id.Type = "PI"
		if full, _, ok := ownKey(id); ok {
			out = addString(out, full)
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
