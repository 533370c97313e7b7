package web

import (
	"net/http"
	"strings"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/steward"
)

// sealedAddress is the list of sealed identities.
const sealedAddress = "/sealed"

func sealAddress(id iis.SealID) string { return sealedAddress + "/" + id.Public() }

// sealIn is the sealing that an address names.
func sealIn(r *http.Request) (iis.SealID, error) {
	id, ok := iis.ParseSealID(r.PathValue("number"))
	if !ok {
		return 0, fault.New(fault.NotFound, "This is not the number of a sealing. It has 13 letters and digits.")
	}
	return id, nil
}

// sealedPage is the list of sealed identities.
type sealedPage struct {
	Seals []steward.SealLine
	Next  string // address of older ones; "" when there are none
	Done  bool   // one was unsealed
}

// sealed lists sealed identities, by their numbers alone.
func (s *site) sealed(w http.ResponseWriter, r *http.Request) error {
	before, _ := iis.ParseSealID(r.URL.Query().Get("before")) // what cannot be read begins at the newest
	list, next, err := s.Steward.Seals(r.Context(), visitOf(r).user.Actor(), before)
	if err != nil {
		return err
	}
	p := sealedPage{Seals: list, Done: r.URL.Query().Has("unsealed")}
	if next != 0 {
		p.Next = sealedAddress + "?before=" + next.Public()
	}
	return s.show(w, r, http.StatusOK, view{Page: "sealed", Title: "Sealed identities", Body: p})
}

// sealPage is the form by which a former identity is sealed.
type sealPage struct {
	Former, Into, Facility string // as they were written
	Order, Why             string
	Anyway                 bool
	Fields                 []sealField
	Problem                string
}

// sealField is a part of the new identity, to be filled in.
type sealField struct {
	Name, Label, Value string
	Day                bool
}

// sealLabels are how the parts of an identity are asked for.
var sealLabels = map[string]string{
	"family": "Family name", "given": "Given name", "middle": "Middle name", "suffix": "Suffix", "birth": "Birth date", "sex": "Sex",
	"mother-given": "Mother’s given name", "mother-family": "Mother’s family name", "mother-maiden": "Mother’s maiden name",
	"street": "Street and number", "city": "City", "state": "State", "zip": "ZIP code", "telephone": "Telephone",
}

// sealForm is the form, empty.
func (s *site) sealForm(w http.ResponseWriter, r *http.Request) error {
	return s.showSealForm(w, r, &sealPage{}, steward.Identity{}, nil)
}

func (s *site) showSealForm(w http.ResponseWriter, r *http.Request, p *sealPage, n steward.Identity, wrong error) error {
	for _, name := range steward.IdentityFields {
		p.Fields = append(p.Fields, sealField{name, sealLabels[name], *n.Field(name), name == "birth"})
	}
	status, title := http.StatusOK, "Seal a former identity"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: seal a former identity"
	}
	return s.show(w, r, status, view{Page: "seal", Title: title, Body: p})
}

// seal seals a former identity.
func (s *site) seal(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	p := sealPage{
		Former: get("former"), Into: get("into"), Facility: get("facility"), Order: get("order"), Why: get("why"), Anyway: get("anyway") == "yes",
	}
	in := steward.Sealing{Facility: p.Facility, Order: p.Order, Why: p.Why, Anyway: p.Anyway}
	for _, name := range steward.IdentityFields {
		*in.New.Field(name) = get(name)
	}
	written := in.New
	var ok bool
	if in.Person, ok = iis.ParsePersonID(p.Former); !ok {
		return s.showSealForm(w, r, &p, written, fault.New(fault.Invalid, "Write the registry number of the former record. It has 13 letters and digits."))
	}
	if in.Into, ok = iis.ParsePersonID(p.Into); !ok && p.Into != "" {
		return s.showSealForm(w, r, &p, written, fault.New(fault.Invalid, "Write the registry number of the new record, or leave it empty. It has 13 letters and digits."))
	}
	id, _, err := s.Steward.Seal(r.Context(), visitOf(r).user.Actor(), in)
	if formWrong(err) || err != nil && fault.KindOf(err) == fault.NotFound {
		return s.showSealForm(w, r, &p, written, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sealAddress(id)+"?sealed", http.StatusSeeOther)
	return nil
}

// sealingPage is a sealing.
type sealingPage struct {
	*steward.OpenedSeal
	Done    string // sealed, over, or nothing
	Written string // why it is unsealed
	Problem string
}

// sealing shows a sealing.
func (s *site) sealing(w http.ResponseWriter, r *http.Request) error {
	return s.showSealing(w, r, "", nil)
}

func (s *site) showSealing(w http.ResponseWriter, r *http.Request, why string, wrong error) error {
	id, err := sealIn(r)
	if err != nil {
		return err
	}
	opened, err := s.Steward.Sealing(r.Context(), visitOf(r).user.Actor(), id)
	if err != nil {
		return err
	}
	p := sealingPage{OpenedSeal: opened, Written: why}
	for _, done := range []string{"sealed", "over"} {
		if r.URL.Query().Has(done) {
			p.Done = done
		}
	}
	status, title := http.StatusOK, "Sealing "+id.Public()
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "sealing", Title: title, Body: p})
}

// takeOver has what came for a sealed identity go over to the new one.
func (s *site) takeOver(w http.ResponseWriter, r *http.Request) error {
	id, err := sealIn(r)
	if err != nil {
		return err
	}
	_, err = s.Steward.TakeOver(r.Context(), visitOf(r).user.Actor(), id)
	if formWrong(err) {
		return s.showSealing(w, r, "", err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sealAddress(id)+"?over", http.StatusSeeOther)
	return nil
}

// unseal takes a sealing back.
func (s *site) unseal(w http.ResponseWriter, r *http.Request) error {
	id, err := sealIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	why := r.PostForm.Get("why")
	err = s.Steward.Unseal(r.Context(), visitOf(r).user.Actor(), id, why)
	if formWrong(err) {
		return s.showSealing(w, r, why, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sealedAddress+"?unsealed", http.StatusSeeOther)
	return nil
}
