package fold

import (
	"strings"
	"testing"

	"openiis/internal/is"
)

func TestWhatPeopleTakeForTheSameIsOneText(t *testing.T) {
	for _, c := range []struct{ want, texts string }{
		{"OBRIEN", "O'Brien|OBRIEN|Óbrien|o brien|O’Brien"},
		{"DELACRUZ", "De la Cruz|de-la-cruz|DELACRUZ"},
		{"MR12345", "MR-123 45|mr12345"},
		{"", "|--| "},
	} {
		for _, text := range strings.Split(c.texts, "|") {
			is.Equal(t, text, Text(text), c.want)
		}
	}
}

func TestWordsAreWhatPeopleType(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Juniper", "JUNIPER"},
		{"O'Brien", "O BRIEN"},
		{"Smith-Jones", "SMITH JONES"},
		{"Zoë Ñandú", "ZOE NANDU"},
		{"Đặng Łukasz Søren Groß", "DANG LUKASZ SOREN GROSS"},
		{"Kaʻiulani", "KA IULANI"},
		{"王 小明", "王 小明"},
		{" .,- ", ""},
	} {
		is.Equal(t, c.text, strings.Join(Words(c.text), " "), c.want)
	}
}

func TestStraightTakesOutWhatTurnsTheDirectionOfText(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Ada": "Ada", "Zoë’s – “x” …": "Zoë’s – “x” …", "\u202eAda": "Ada", "Ada\u202e": "Ada",
		"A\u202a\u202b\u202c\u202d\u202ed\u2066\u2067\u2068\u2069a": "Ada", "עדה\u200f 1": "עדה\u200f 1", "\u2029\u202f\u2065\u206a": "\u2029\u202f\u2065\u206a",
		"\xe2": "\xe2", "\xe2\x80": "\xe2\x80", "\xe2\xe2\x80\xae": "\xe2",
	} {
		if got := Straight(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		if got := string(Straight([]byte(in))); got != want {
			t.Errorf("%q as bytes: %q, want %q", in, got, want)
		}
		if got := Turns(in); got != (in != want) {
			t.Errorf("%q turns: %t", in, got)
		}
	}
}
