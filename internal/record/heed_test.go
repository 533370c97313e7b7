package record

import (
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

// TestANewAddressIsNoReasonToStoreAKnownPatientApart is about a record in which somebody
// joined two sisters, and to which an undone move brought another source of the one back:
// nobody said of it that it belongs with the other's. What her clinic sends of her goes on
// going where its source is; another name under its number does not.
func TestANewAddressIsNoReasonToStoreAKnownPatientApart(t *testing.T) {
	eachPlace(t, func(p *places) {
		ctx, fir, elsewhere := t.Context(), p.opens("FIR"), living("7 Moor Road", "58190")
		liz := func(mr string) iis.Person {
			return someone("Quillfeather", "Elizabeth", "20160706", "F", living("12 Larch Street", "58102"), number("MR", mr, mr))
		}
		anna := func(given string, edit ...func(*iis.Person)) iis.Person {
			return someone("Quillfeather", given, "20160706", "F", append(edit, twin(2), number("MR", "A1", "ELM"))...)
		}
		one, two, other := p.take(p.oak, liz("L1")), p.take(fir, liz("L2")), p.take(p.elm, anna("Anna"))
		is.Equal(t, "who is one", two.Person, one.Person)
		is.Equal(t, "and who another", other.Person == one.Person, false)
		away, err := p.k.Move(ctx, one.Source, one.Person, 0, steward, "another's")
		is.NoError(t, "move", err)
		_, err = p.k.Merge(ctx, one.Person, other.Person, steward, "one child")
		is.NoError(t, "merge", err)
		_, err = p.k.Undo(ctx, away, steward, "hers after all")
		is.NoError(t, "undo", err)

		moved := p.take(p.elm, anna("Anna", elsewhere))
		is.Equal(t, "the source", moved.Source, other.Source)
		is.Equal(t, "the record", moved.Person, one.Person)
		renamed := p.take(p.elm, anna("Rose", elsewhere))
		is.Equal(t, "another child is stored apart", renamed.Match, "possible")
	})
}
