package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/form"
	"openiis/internal/is"
	"openiis/internal/policy"
)

func TestAnybodyFindsTheStatesFormsAndPrintsThemBlankOrFilledIn(t *testing.T) {
	w := open(t)
	w.inMinnesota()
	b := w.browser()
	b.get("/forms").want(t, "Data Use Agreement", "Signed again after 3 years.", "Request to Opt Out of MIIC", `href="/forms/opt-out?language=spa" hreflang="es"`, "Español", "651-201-5503")
	p := b.get("/forms/opt-out?language=spa")
	p.want(t, `<h1 lang="es">Solicitud para no participar en MIIC</h1>`, "Fecha de nacimiento", "Nothing that you write here is kept.", `href="/forms/opt-out?language=eng"`)
	blank := b.get("/forms/opt-out/blank.pdf?language=spa")
	is.Equal(t, "a PDF", []string{blank.header.Get("Content-Type"), blank.header.Get("Content-Disposition"), blank.header.Get("Cache-Control")},
		[]string{"application/pdf", `inline; filename="opt-out-es.pdf"`, "public, max-age=3600"})
	again := b.do(http.MethodGet, "/forms/opt-out/blank.pdf?language=spa", nil, "If-None-Match", blank.header.Get("ETag"))
	is.Equal(t, "not sent twice", again.status, http.StatusNotModified)
	is.Equal(t, "no such form", b.get("/forms/objection").status, http.StatusNotFound)

	answers := url.Values{"form-language": {"spa"}, "f-patient": {"Juniper Marsh"}, "f-birth-date": {"4/31/2023"}, "f-address": {"2 Larch Street"}, "f-phone": {"555-010-0199"}}
	wrong := b.do(http.MethodPost, "/forms/opt-out", answers)
	is.Equal(t, "a day that there is not", wrong.status, http.StatusUnprocessableEntity)
	wrong.want(t, `<a class="tap" href="#f-birth-date">Fecha de nacimiento: Esto no es una fecha.`, `value="4/31/2023"`, `aria-describedby="f-birth-date-hint f-birth-date-error" aria-invalid="true"`, `value="Juniper Marsh"`)
	answers.Set("f-birth-date", "4/30/2023")
	filled := b.do(http.MethodPost, "/forms/opt-out", answers)
	is.Equal(t, "filled in", []string{filled.header.Get("Content-Type"), filled.header.Get("Cache-Control")}, []string{"application/pdf", "no-store"})
	answers.Set("f-shoe-size", "9")
	b.do(http.MethodPost, "/forms/opt-out", answers).want(t, "El formulario no pregunta esto")
}

func TestEveryFormOfEveryStateIsShownWithALabelForEachField(t *testing.T) {
	_, pages := embedded()
	for _, state := range append(policy.States(), "neutral") {
		for _, f := range policy.Named(state).Papers().Forms {
			for _, l := range f.Languages() {
				var b strings.Builder
				shown := showForm(f, l.Code, nil, nil, f.Check(l.Code, form.Answers{})).ToSign(form.Signing{Day: cal.Of(2026, 11, 30)})
				is.NoError(t, "show", pages["form"].ExecuteTemplate(&b, "form-fields", shown))
				is.NoError(t, "show", pages["form"].ExecuteTemplate(&b, "form-signature", shown))
				is.NoError(t, "show", pages["form"].ExecuteTemplate(&b, "form-problems", shown))
				text := b.String()
				for _, field := range shown.Fields {
					if strings.Count(text, ` id="`+field.ID+`"`) != 1 {
						t.Errorf("%s, %s in %s: the field %s is not there once", state, f.Code, l.Code, field.ID)
					}
					if len(field.Choices) == 0 && !strings.Contains(text, `for="`+field.ID+`"`) {
						t.Errorf("%s, %s in %s: the field %s has no label", state, f.Code, l.Code, field.ID)
					}
					if strings.TrimSpace(field.Label) == "" {
						t.Errorf("%s, %s in %s: the label of %s is empty", state, f.Code, l.Code, field.ID)
					}
				}
				if strings.Contains(text, "<no value>") || !strings.Contains(text, `lang="`+l.Tag()+`"`) || !strings.Contains(text, `id="f-signer-name"`) {
					t.Errorf("%s, %s in %s: %s", state, f.Code, l.Code, text)
				}
			}
		}
	}
}

func TestAFormThatWasSentIsReadAsItWasFilledIn(t *testing.T) {
	f := policy.Named("ma").Papers().Form("individual-user-agreement")
	v := form.Values{"user": "Ada Fern", "site": "Oak"}
	post := url.Values{
		"f-user": {"Ada Fern"}, "f-title": {"Nurse"}, "f-email": {"ada@example.org"}, "f-phone": {"555-010-0199"}, "f-site": {"Oak"}, "f-needs": {"look-up", "record"},
		"f-signer-name": {"Ada Fern"}, "f-signer-agrees": {"yes"}, "form-language": {"eng"}, "form-seen": {showForm(f, "eng", v, f.Prefill(v), nil).Seen()}, "csrf": {"x"},
	}
	answers, lang := answersIn(post)
	d, wrong := f.Sign(lang, v, answers, signingIn(post, cal.On(time.Now())))
	is.Equal(t, "wrong", wrong, []form.Wrong(nil))
	is.Equal(t, "holds", d.Holds(), true)
}
