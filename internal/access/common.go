package access

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn/frequency"

	"openiis/internal/fold"
)

// mostUsed is how many of the most used passwords no password is made of (ASVS 5.0, 6.2.4).
const mostUsed = 3000

// registryWords are words of this program and of what it is for, of which a password of its users
// is guessed first.
var registryWords = []string{
	"openiis", "immunization", "immunizations", "immunisation", "registry", "vaccine", "vaccines", "vaccination", "health", "clinic", "department", "welcome", "measles", "influenza",
	"miis", "miic", "miix", "massachusetts", "mississippi", "minnesota",
}

// usedWords are the most used passwords and the registry's words that are long enough to be told
// from chance: by their letters and digits, small.
var usedWords = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for i, w := range frequency.FrequencyLists["passwords"] {
		if i < mostUsed {
			addWord(out, w)
		}
	}
	for _, w := range registryWords {
		addWord(out, w)
	}
	return out
})

// leastWord is the shortest word of a list, in letters.
const leastWord = 3

func addWord(to map[string]bool, w string) {
	if w = strings.ToLower(w); utf8.RuneCountInString(w) >= leastWord {
		to[w] = true
	}
}

// fewWords is of how many words of the lists a password is at least that is made of nothing
// else. Three words that somebody chooses are many enough.
const fewWords = 3

// isCommon reports a password that is one of the most used ones, or made of little else: of two of
// their words or the user's own at most, with digits, signs and letters that stand for others
// between and behind. All that are used most and have so many characters as ours are so made.
func isCommon(password string, own ...string) bool {
	words := map[string]bool{}
	for _, text := range own {
		for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			addWord(words, w)
			addWord(words, fold.Text(w))
		}
	}
	return wordsOf([]rune(strings.ToLower(password)), words) < fewWords
}

// What stands for letters.
var (
	meantI = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")
	meantL = strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")
)

// longestWord is the longest word of a list that is looked for, in letters.
const longestWord = 24

// wordsOf is of how many words of the lists a text is at least that is made of them, of digits and
// signs, and of letters that are repeated or follow each other; as many as it has letters when it
// is not.
func wordsOf(text []rune, own map[string]bool) int {
	used, least := usedWords(), make([]int, len(text)+1) // of what is before a place
	for to := 1; to <= len(text); to++ {
		least[to] = least[to-1] + fewWords
		if r := text[to-1]; !unicode.IsLetter(r) {
			least[to] = least[to-1]
		}
		for from := max(0, to-longestWord); from <= to-leastWord; from++ {
			if isRow(text[from:to]) {
				least[to] = min(least[to], least[from])
			} else if least[from]+1 < least[to] && isWord(string(text[from:to]), used, own) {
				least[to] = least[from] + 1
			}
		}
	}
	return least[len(text)]
}

// isWord reports a word of some lists, as it is or with signs for letters.
func isWord(text string, lists ...map[string]bool) bool {
	for _, meant := range []string{text, meantI.Replace(text), meantL.Replace(text)} {
		for _, list := range lists {
			if list[meant] {
				return true
			}
		}
	}
	return false
}

// isRow reports a character again and again, or characters of which each follows the one before.
func isRow(text []rune) bool {
	step := text[1] - text[0]
	if step < -1 || step > 1 {
		return false
	}
	for i := 2; i < len(text); i++ {
		if text[i]-text[i-1] != step {
			return false
		}
	}
	return true
}
