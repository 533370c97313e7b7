package access

import (
	"strings"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/is"
)

func TestAPasswordIsNotAmongTheMostUsedNorMadeOfTheContext(t *testing.T) {
	for password, taken := range map[string]bool{
		"password1234": false, "P@ssw0rd2026!": false, "123456789012": false, "qwertyuiop123": false, "passwordpassword": false, "Sunshine2026!!": false, "iloveyou1234": false,
		"abcdefghijkl": false, "111111222222": false, "openiis-2026!": false, "Immunization1": false, "Massachusetts1": false, "vera.vale.2026": false, "OakStreet2026": false, "monkeydragon99": false,
		"correct horse battery": true, "four words in a row": true, "k3#9xQz!72Lm": true, "unverzagt-blaugrün": true, "mondays we swim at ten": true,
	} {
		err := PasswordFor("vvale", password, "Vera Vale", "vera@oak.example", "Oak Street Clinic")
		is.Equal(t, password, err == nil, taken)
		if err != nil {
			is.Equal(t, password, fault.KindOf(err), fault.Invalid)
		}
	}
	if n := len(usedWords()); n < mostUsed-200 { // but for those of two letters
		t.Errorf("there are %d words", n)
	}
	long := strings.Repeat("x9q", 66)
	is.NoError(t, "a long one", PasswordFor("vvale", long, "Vera Vale"))
}
