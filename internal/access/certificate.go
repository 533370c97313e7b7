package access

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// certified is the key of a context's certificate.
type certified struct{}

// Certified is a context of a connection whose other end has proved to hold a certificate that
// the operator's authority has signed (TLS has verified both).
func Certified(ctx context.Context, c *x509.Certificate) context.Context {
	return context.WithValue(ctx, certified{}, c)
}

// IsCertified reports a context with a certificate.
func IsCertified(ctx context.Context) bool { return certificateIn(ctx) != nil }

func certificateIn(ctx context.Context) *x509.Certificate {
	c, _ := ctx.Value(certified{}).(*x509.Certificate)
	return c
}

// Fingerprint is the SHA-256 of a certificate, as it is kept.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// namesOf are the other names of a certificate, as they are kept (RFC 5280, 4.2.1.6).
func namesOf(c *x509.Certificate) []string {
	var out []string
	for _, n := range c.DNSNames {
		out = append(out, "dns:"+strings.ToLower(n))
	}
	for _, n := range c.EmailAddresses {
		out = append(out, "email:"+n)
	}
	for _, n := range c.URIs {
		out = append(out, "uri:"+n.String())
	}
	for _, n := range c.IPAddresses {
		out = append(out, "ip:"+n.String())
	}
	return out
}

// noteEvery is how often it is written down that a certificate was used.
const noteEvery = time.Hour

// knownAs are the entries by which a certificate is known. Its time is judged here too: a
// connection may last longer than the certificate.
func knownAs(tx *store.Tx, c *x509.Certificate) ([]store.SenderCertificate, error) {
	if now := time.Now(); now.After(c.NotAfter) || now.Before(c.NotBefore) {
		return nil, nil
	}
	var out []store.SenderCertificate
	for _, by := range []struct {
		kind   iis.CertificateKind
		values []string
	}{{iis.ByFingerprint, []string{Fingerprint(c)}}, {iis.BySubject, []string{c.Subject.String()}}, {iis.ByName, namesOf(c)}} {
		list, err := tx.CertificatesLike(by.kind, by.values)
		if err != nil {
			return nil, err
		}
		out = slices.Concat(out, list)
	}
	return out, nil
}

var (
	errUnknownCertificate = fault.New(fault.Denied, "This certificate is not known as a sender's, or a password is needed beside it.")
	errWantsCertificate   = fault.New(fault.Denied, "This sender proves itself by its certificate, and the connection shows none that is known as its own.")
)

// senderByCertificate is the one sender that a certificate is known as, when that sender proves
// itself by a certificate alone. What two senders share names neither.
func (g *Gate) senderByCertificate(ctx context.Context, c *x509.Certificate) (iis.Sender, error) {
	var found iis.Sender
	var by []store.SenderCertificate
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		found = iis.Sender{}
		if by, err = knownAs(tx, c); err != nil || len(by) == 0 {
			return err
		}
		if slices.ContainsFunc(by, func(s store.SenderCertificate) bool { return s.Sender != by[0].Sender }) {
			return nil
		}
		found, err = tx.SenderOf(by[0].Sender)
		return err
	})
	if err != nil {
		return iis.Sender{}, err
	}
	if found.ID == 0 || found.Proof != iis.ByCertificate {
		return iis.Sender{}, errUnknownCertificate
	}
	return found, g.noteCertificate(ctx, by[0], c)
}

// proves is an error when a sender whose password was right must show a certificate too, or
// instead, and does not.
func (g *Gate) proves(ctx context.Context, s iis.Sender, c *x509.Certificate) error {
	if s.Proof != iis.ByCertificate && s.Proof != iis.ByBoth {
		return nil
	}
	if c == nil {
		return errWantsCertificate
	}
	var by []store.SenderCertificate
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		by, err = knownAs(tx, c)
		return err
	})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(by, func(k store.SenderCertificate) bool { return k.Sender == s.ID })
	if at < 0 {
		return errWantsCertificate
	}
	return g.noteCertificate(ctx, by[at], c)
}

// noteCertificate writes down that a certificate was used, and until when it is good, now and
// then.
func (g *Gate) noteCertificate(ctx context.Context, k store.SenderCertificate, c *x509.Certificate) error {
	now := time.Now()
	if now.Sub(k.Used) < noteEvery && k.Expires.Equal(c.NotAfter) {
		return nil
	}
	return g.store.Write(ctx, func(tx *store.Tx) error { return tx.NoteCertificate(k.ID, c.NotAfter, now) })
}

// warnDays is how many days ahead the end of a certificate is warned of.
const warnDays = 30

// Certificate is what of a certificate makes it a sender's, for people.
type Certificate struct {
	ID       iis.CertificateID
	Sender   iis.SenderID
	Kind     iis.CertificateKind
	Value    string
	Expires  time.Time // of the one seen last; zero: none was seen
	Used     time.Time // to the hour; zero: not yet
	Added    time.Time
	Over     bool // it is over
	EndsSoon bool // within 30 days
}

// KindWords is by what a certificate is known, in words.
func (c Certificate) KindWords() string {
	return map[iis.CertificateKind]string{iis.ByFingerprint: "this certificate alone, by its SHA-256", iis.BySubject: "whichever has the subject", iis.ByName: "whichever has the name"}[c.Kind]
}

// Certificates are those by which a sender is known; of sender 0 those of all.
func (g *Gate) Certificates(ctx context.Context, sender iis.SenderID) (out []Certificate, err error) {
	now := time.Now()
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.CertificatesOf(sender)
		out = nil
		for _, c := range list {
			over := !c.Expires.IsZero() && now.After(c.Expires)
			out = append(out, Certificate{
				ID: c.ID, Sender: c.Sender, Kind: c.Kind, Value: c.Value, Expires: c.Expires, Used: c.Used, Added: c.Added,
				Over: over, EndsSoon: !over && !c.Expires.IsZero() && c.Expires.Sub(now) < warnDays*24*time.Hour,
			})
		}
		return err
	})
	return out, err
}

// Ending are the certificates of all senders that are over or soon are.
func (g *Gate) Ending(ctx context.Context) ([]Certificate, error) {
	all, err := g.Certificates(ctx, 0)
	return slices.DeleteFunc(all, func(c Certificate) bool { return !c.Over && !c.EndsSoon }), err
}

// EndingSoon are the senders of those, once each.
func (g *Gate) EndingSoon(ctx context.Context) ([]iis.SenderID, error) {
	list, err := g.Ending(ctx)
	var out []iis.SenderID
	for _, c := range list {
		if !slices.Contains(out, c.Sender) {
			out = append(out, c.Sender)
		}
	}
	return out, err
}

// Proof is by what a sender proves who it is.
func (g *Gate) Proof(ctx context.Context, sender iis.SenderID) (iis.SenderProof, error) {
	var s iis.Sender
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		s, err = tx.SenderOf(sender)
		return err
	})
	return s.Proof, err
}

// readCertificate reads what somebody gives to make a certificate known: the certificate
// itself (PEM), or a value of a kind.
func readCertificate(kind iis.CertificateKind, text string) (value string, expires time.Time, err error) {
	text = strings.TrimSpace(text)
	if block, _ := pem.Decode([]byte(text)); block != nil {
		if block.Type != "CERTIFICATE" {
			return "", expires, fault.New(fault.Invalid, "This is not a certificate but something else (%s). Give the certificate, and never its private key.", strings.ToLower(tidyType(block.Type)))
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return "", expires, fault.New(fault.Invalid, "The certificate cannot be read. Give it as PEM: it begins with -----BEGIN CERTIFICATE-----.")
		}
		if time.Now().After(c.NotAfter) {
			return "", expires, fault.New(fault.Invalid, "The certificate was good until %s and is over.", c.NotAfter.Format(time.DateOnly))
		}
		return valueOf(kind, c)
	}
	switch kind {
	case iis.ByFingerprint:
		text = strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(text))
		if b, err := hex.DecodeString(text); err != nil || len(b) != sha256.Size {
			return "", expires, fault.New(fault.Invalid, "A SHA-256 has 64 hexadecimal digits. Give them, or the certificate itself.")
		}
	case iis.ByName:
		typ, name, ok := strings.Cut(text, ":")
		if !ok || name == "" || !slices.Contains([]string{"dns", "email", "uri", "ip"}, typ) {
			return "", expires, fault.New(fault.Invalid, "Write the name with its type before it: dns:ehr.example.org, uri:urn:example:1, email:ehr@example.org or ip:192.0.2.1.")
		}
		if typ == "dns" {
			text = strings.ToLower(text)
		}
	case iis.BySubject:
		if !strings.Contains(text, "=") {
			return "", expires, fault.New(fault.Invalid, "A subject is written as in CN=ehr.example.org,O=Oak Street Clinic.")
		}
	default:
		return "", expires, fault.New(fault.Invalid, "Choose by what of it the certificate is known.")
	}
	if !utf8.ValidString(text) || len(text) > 1000 {
		return "", expires, fault.New(fault.Invalid, "This is too long to be of a certificate, or has characters that cannot be read.")
	}
	return text, expires, nil
}

func tidyType(s string) string { return s[:min(len(s), 40)] }

// valueOf is what of a certificate makes it known, by kind.
func valueOf(kind iis.CertificateKind, c *x509.Certificate) (string, time.Time, error) {
	switch kind {
	case iis.ByFingerprint:
		return Fingerprint(c), c.NotAfter, nil
	case iis.BySubject:
		if s := c.Subject.String(); s != "" {
			return s, c.NotAfter, nil
		}
		return "", c.NotAfter, fault.New(fault.Invalid, "The certificate has no subject. Choose its SHA-256 or its name.")
	case iis.ByName:
		if names := namesOf(c); len(names) > 0 {
			return names[0], c.NotAfter, nil
		}
		return "", c.NotAfter, fault.New(fault.Invalid, "The certificate has no other name. Choose its SHA-256 or its subject.")
	}
	return "", c.NotAfter, fault.New(fault.Invalid, "Choose by what of it the certificate is known.")
}

// AddCertificate makes a certificate known as a sender's.
func (g *Gate) AddCertificate(ctx context.Context, by iis.Actor, sender iis.SenderID, kind iis.CertificateKind, text string) error {
	value, expires, err := readCertificate(kind, text)
	if err != nil {
		return err
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil { // two who add at once see each other
			return err
		}
		if _, err := tx.SenderOf(sender); err != nil {
			return err
		}
		like, err := tx.CertificatesLike(kind, []string{value})
		if err != nil {
			return err
		}
		switch {
		case len(like) == 0:
		case like[0].Sender == sender:
			return fault.New(fault.Conflict, "This is known as the sender's already.")
		default:
			return fault.New(fault.Conflict, "This is known as another sender's: one certificate names one sender.")
		}
		now := g.store.Now()
		err = tx.AddCertificate(store.SenderCertificate{Sender: sender, Kind: kind, Value: value, Expires: expires, Added: now, AddedBy: by.User})
		if err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by, Act: "add a sender's certificate", Subject: int64(sender), Written: []byte(value)})
	})
}

// RemoveCertificate has a certificate be a sender's no more, from the next message on.
func (g *Gate) RemoveCertificate(ctx context.Context, by iis.Actor, sender iis.SenderID, id iis.CertificateID) error {
	return g.store.Write(ctx, func(tx *store.Tx) error {
		now := g.store.Now()
		known, err := tx.RemoveCertificate(sender, id, by.User, now)
		if err == nil && !known {
			err = fault.New(fault.NotFound, "There is no such certificate of this sender.")
		}
		if err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by, Act: "remove a sender's certificate", Subject: int64(sender)})
	})
}

// SetProof says by what a sender proves who it is. One without a certificate cannot do so by
// one.
func (g *Gate) SetProof(ctx context.Context, by iis.Actor, sender iis.SenderID, proof iis.SenderProof) error {
	if !slices.Contains([]iis.SenderProof{iis.ByPassword, iis.ByCertificate, iis.ByBoth}, proof) {
		return fault.New(fault.Invalid, "Choose by what the sender proves who it is: %s, %s or %s.", iis.ByPassword, iis.ByCertificate, iis.ByBoth)
	}
	err := g.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.SenderOf(sender); err != nil {
			return err
		}
		list, err := tx.CertificatesOf(sender)
		if err == nil && len(list) == 0 && proof != iis.ByPassword {
			err = fault.New(fault.Conflict, "No certificate is known as this sender's: add one first, or it could send nothing.")
		}
		if err == nil {
			err = tx.SetProof(sender, proof)
		}
		if err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: g.store.Now(), Actor: by, Act: fmt.Sprintf("set a sender's proof: %s", proof), Subject: int64(sender)})
	})
	if err == nil {
		g.known.changed("")
	}
	return err
}

// SenderNamed is the sender of a facility code, for the command; fault.NotFound when there is
// none.
func (g *Gate) SenderNamed(ctx context.Context, facility string) (iis.Sender, error) {
	var s iis.Sender
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		s, err = tx.SenderByFacility(facility)
		return err
	})
	if err != nil && fault.KindOf(err) == fault.NotFound {
		err = fault.Wrap(fault.NotFound, err, fmt.Sprintf("There is no sender with the facility code %q.", facility))
	}
	return s, err
}
