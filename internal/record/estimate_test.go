package record

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/match"
)

var sampling = Sampling{Seed: 1, People: 1000, Pairs: 60_000, Decided: 200, Progress: func(string, int) {}}

// populate makes so many children, each known to two clinics; of one in ten the
// second wrote another sex.
func (p *places) populate(n int) (children []iis.PersonID) {
	p.t.Helper()
	givens := []string{"Juniper", "Otto", "Linnea", "Ada", "Boris"}
	for i := range n {
		word := func(k int) string { return string(rune('a'+i*k%26)) + string(rune('a'+i/26*k%26)) }
		sex := []string{"F", "M"}[i/2%2]
		who := func(sex string, edit ...func(*iis.Person)) iis.Person {
			edit = append(edit, living(fmt.Sprint(i, " Larch", word(7), " Street"), fmt.Sprint(58100+i)))
			return someone("Quill"+word(3)+word(11), givens[i%5], fmt.Sprintf("%d%02d%02d", 1950+i%70, 1+i%12, 1+i%28), sex, edit...)
		}
		first := p.take(p.oak, who(sex, number("MR", fmt.Sprint("A", i), "OAK")))
		if i%10 == 0 {
			sex = map[string]string{"F": "M", "M": "F"}[sex]
		}
		p.take(p.elm, who(sex, number("MR", fmt.Sprint("B", i), "ELM")))
		children = append(children, first.Person)
	}
	return children
}

func (p *places) estimate() *match.Version {
	p.t.Helper()
	v, err := p.k.Estimate(context.Background(), iis.Actor{Kind: "command"}, sampling)
	is.NoError(p.t, "estimate", err)
	return v
}

func TestWeightsAreEstimatedFromTheRegistry(t *testing.T) {
	eachPlace(t, func(p *places) {
		ctx := context.Background()
		p.populate(250)
		at := time.Now()
		p.s.SetClock(func() time.Time { return at })
		rows := p.count(`SELECT count(*) FROM person`) + p.count(`SELECT count(*) FROM possible_match`)
		v := p.estimate()
		is.Equal(t, "again", string(p.estimate().Text) == string(v.Text), true)
		is.Equal(t, "nothing is changed", p.count(`SELECT count(*) FROM person`)+p.count(`SELECT count(*) FROM possible_match`), rows)
		is.Equal(t, "both are audited", p.count(`SELECT count(*) FROM audit WHERE act = $1`, ActEstimate), int64(2))

		text := string(v.Text)
		for _, want := range []string{"\npeople in the registry: ", "\npairs drawn by chance: ", "\nfrom: " + match.Default().Version() + "\n", "profile balanced: ", "profile closing: "} {
			if !strings.Contains(text, want) {
				t.Errorf("the file does not say %q", want)
			}
		}
		for _, never := range []string{"LARCH", "Larch", "QUILL", "Quill", "58100", "701555", "A17"} {
			if strings.Contains(text, never) {
				t.Errorf("the file tells %s", never)
			}
		}
		if !strings.Contains(text, "JUNIPER\t") || strings.Contains(string(p.k.mustName(t)), v.Name) {
			t.Error("a name that fifty bear is not told, or the version is in force before anyone signed it off")
		}
		is.NoError(t, "adopt", p.k.Adopt(ctx, p.signer(), v, "measured"))
	})
}

func TestWhatPeopleDecidedIsEvidence(t *testing.T) {
	eachPlace(t, func(p *places) {
		ctx, by := context.Background(), iis.Actor{Kind: "user", User: 7}
		children := p.populate(160)
		said := func(what string) string {
			_, rest, _ := strings.Cut(string(p.estimate().Text), "a person said that they are "+what+": ")
			n, _, _ := strings.Cut(rest, "\n")
			return n
		}
		is.Equal(t, "nobody decided", said("one")+" "+said("two"), "0 0")
		other := p.take(p.oak, someone("Quillaaaa", "Juniper", "19500101", "F", number("MR", "X1", "OAK")))
		merged, err := p.k.Merge(ctx, children[0], other.Person, by, "they are one")
		is.NoError(t, "merge", err)
		_, err = p.k.Apart(ctx, children[1], children[2], by, "they are two")
		is.NoError(t, "apart", err)
		is.Equal(t, "one", said("one") != "0", true)
		is.Equal(t, "two", said("two") != "0", true)
		_, err = p.k.Undo(ctx, merged, by, "they are not")
		is.NoError(t, "undo", err)
		is.Equal(t, "what was undone is nothing", said("one"), "0")
	})
}

func TestARegistryThatSaysTooLittleIsToldSo(t *testing.T) {
	eachPlace(t, func(p *places) {
		_, err := p.k.Estimate(context.Background(), iis.Actor{Kind: "command"}, sampling)
		if err == nil || !strings.Contains(err.Error(), "says too little") {
			t.Errorf("an empty registry: %v", err)
		}
	})
}
