package chart

import (
	"context"
	"fmt"
	"strings"

	"openiis/internal/fault"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// Recorders are who of a teller's site records objections to sharing and their withdrawals,
// among those whose role may.
type Recorders struct {
	// Designated says that the state has a site designate them; Names are theirs then, and Own is
	// that the teller is one of them.
	Designated bool
	Names      []string
	Own        bool
	// Forms are the codes of the state's forms that anybody may hand out; nil: it has none.
	Forms *policy.Papers
	// Answers says that they alone record what somebody answered who was asked first.
	Answers bool
}

// May reports that the teller records them, where their role may.
func (r *Recorders) May() bool { return !r.Designated || r.Own }

// MayAnswer reports that the teller records what somebody answered.
func (r *Recorders) MayAnswer() bool { return !r.Answers || r.Own }

// refusal says who does what the teller may not.
func (r *Recorders) refusal() error {
	if len(r.Names) == 0 {
		return fault.New(fault.Denied, "Your site has designated nobody yet to record objections to sharing: its access administrator does that. Nothing was changed.")
	}
	return fault.New(fault.Denied, "At your site objections to sharing are recorded by those whom it has designated: %s. Nothing was changed.", strings.Join(r.Names, ", "))
}

// Recorders are who records objections at a teller's site. The programme's staff always may.
func (d *Desk) Recorders(ctx context.Context, by Teller) (*Recorders, error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	var out *Recorders
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = recordersIn(tx, law, by)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list whom sender %d has designated: %w", by.Sender, err)
	}
	return out, nil
}

// recordersIn is Recorders in a transaction: whoever stores asks it there once more, for a
// designation may have ended meanwhile.
func recordersIn(tx *store.Tx, law *policy.Policy, by Teller) (*Recorders, error) {
	out := &Recorders{Forms: law.Sharing.Papers, Own: by.Staff}
	out.Designated = out.Forms != nil && out.Forms.Designated
	out.Answers = law.Sharing.Unknown != nil && law.Sharing.Unknown.Designated
	if by.Staff || by.Sender == 0 || !out.Designated && !out.Answers {
		return out, nil
	}
	list, err := tx.DesignatedAt(by.Actor.Home.Of(by.Sender)...)
	for _, s := range list {
		out.Names = append(out.Names, s.Name)
		out.Own = out.Own || s.Account == by.Actor.User
	}
	return out, err
}

// orRefusal is what failed, or else who does what a teller may not.
func orRefusal(err error, who *Recorders) error {
	if err != nil {
		return err
	}
	return who.refusal()
}

// recordsObjections is an error when a teller may not record objections: they have nobody to
// speak for, or their site has designated others.
func (d *Desk) recordsObjections(ctx context.Context, by Teller) error {
	if err := by.Speaks(); err != nil {
		return err
	}
	r, err := d.Recorders(ctx, by)
	if err == nil && !r.May() {
		err = r.refusal()
	}
	return err
}
