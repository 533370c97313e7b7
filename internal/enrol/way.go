package enrol

import (
	"fmt"

	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Ways tell of signed forms through whom each was signed: anybody can type a name.
type Ways map[iis.AgreementID]string

// add finds it of forms that were signed.
func (w Ways) add(tx *store.Tx, set *form.Set, list ...iis.Agreement) error {
	for i := range list {
		a := &list[i]
		if _, known := w[a.ID]; known {
			continue
		}
		say, err := wayOf(tx, set, a)
		if err != nil {
			return err
		}
		w[a.ID] = say
	}
	return nil
}

// wayOf is in words through whom a form was signed: the account of whoever was signed in, or a
// link, with who had made it.
func wayOf(tx *store.Tx, set *form.Set, a *iis.Agreement) (string, error) {
	did := "Signed"
	if a.How == iis.SignedUploaded {
		did = "Uploaded"
	}
	if a.Account != 0 {
		by, err := accountWords(tx, a.Account)
		return did + " in the account of " + by, err
	}
	if a.How == iis.SignedUploaded {
		return did + " with the application, by whoever has its code", nil
	}
	of, person := a.Organization, a.Person
	if a.Application != 0 {
		of = 0
	}
	if f := set.Form(a.Form); f != nil && f.Signer == form.SeniorOfficial {
		person = ""
	}
	l, err := tx.SigningLinkOf(a.Application, of, person, a.At)
	switch {
	case err != nil:
		return "", err
	case l == nil:
		return did + " by a link", nil
	case l.By.Kind != "user":
		return fmt.Sprintf("%s by a link for %s that the applicant made", did, l.Signer.Name), nil
	}
	by, err := accountWords(tx, l.By.User)
	return fmt.Sprintf("%s by a link for %s, made in the account of %s", did, l.Signer.Name, by), err
}

func accountWords(tx *store.Tx, id iis.UserID) (string, error) {
	a, err := tx.AccountOf(id)
	if err != nil {
		return "", err
	}
	return a.Name + " (" + a.Username + ")", nil
}
