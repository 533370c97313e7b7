package fold

import (
	"testing"

	"openiis/internal/is"
)

func TestWhatNobodySeesIsLeftOut(t *testing.T) {
	for text, want := range map[string]string{
		" Two\r\nlines \n": "Two\nlines", "a\tb": "a b", "evil\u202etxt": "eviltxt", "\x00nul\x07": "nul", "bad\xffbytes": "badbytes",
		"\u200c\u200d ": "", "می\u200cخواهم": "می\u200cخواهم", "": "", "plain": "plain",
	} {
		is.Equal(t, text, Visible(text), want)
	}
}
