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
