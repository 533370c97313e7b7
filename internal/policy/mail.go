package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/states"
)

// mailFolder is the folder of a state's folder with the words of mails: a file a kind, of
// which the first line is "Subject: …", the second is empty, and the rest is the text.
const mailFolder = "mail"

// Letter is a mail in words.
type Letter struct{ Subject, Text string }

// inMail is a placeholder in a mail's words.
var inMail = regexp.MustCompile(`\{[^{}\n]*\}`)

// signature ends every mail that names it.
const signature = `{registry}
{department}
Questions: {contact}

This mail was written by a program. No mail of the registry ever has anything in it of a patient; send us nothing of one by mail.`

// Mail is a mail in the words of the state, or in the neutral ones where it has none of its
// own, with values in the place of what they name. An error says which file is wrong.
func (p *Policy) Mail(kind iis.MailKind, values map[string]string) (Letter, error) {
	name, text, err := p.mailFile(kind)
	if err != nil {
		return Letter{}, err
	}
	all := maps.Clone(p.mailNames())
	maps.Copy(all, values)
	all["signature"] = fillMail(signature, all)
	subject, body, err := splitMail(text)
	if err != nil {
		return Letter{}, fmt.Errorf("%s: %w", name, err)
	}
	for _, place := range inMail.FindAllString(text, -1) {
		key := place[1 : len(place)-1]
		if _, known := all[key]; !known {
			return Letter{}, fmt.Errorf("%s: %s is not known: a mail of this kind has %s", name, place, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
		}
	}
	return Letter{fillMail(subject, all), fillMail(body, all)}, nil
}

// mailFile is the name and the text of the file of a kind.
func (p *Policy) mailFile(kind iis.MailKind) (name, text string, err error) {
	for _, state := range []string{p.State, neutralState} {
		if state == p.State && p.Text != "" { // a folder of one's own, whatever it is called
			continue
		}
		name = state + "/" + mailFolder + "/" + string(kind) + ".txt"
		file, err := fs.ReadFile(states.Files, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return "states/" + name, string(file), err
	}
	return "", "", fmt.Errorf("no words for a mail of the kind %q", kind)
}

func (p *Policy) mailNames() map[string]string {
	n := p.names()
	return map[string]string{"state": n.State, "registry": n.Registry, "department": n.Department, "contact": n.Contact}
}

// splitMail parts a file into its subject and its text.
func splitMail(text string) (subject, body string, err error) {
	first, rest, _ := strings.Cut(text, "\n")
	subject, ok := strings.CutPrefix(first, "Subject: ")
	body, empty := strings.CutPrefix(rest, "\n")
	if !ok || !empty || strings.TrimSpace(subject) == "" || strings.TrimSpace(body) == "" {
		return "", "", errors.New("want a first line “Subject: …”, an empty line, and the text")
	}
	return strings.TrimSpace(subject), strings.TrimSpace(body) + "\n", nil
}

// fillMail puts values where their placeholders are, in one pass: a value that looks like a
// placeholder stays as it is.
func fillMail(text string, values map[string]string) string {
	return inMail.ReplaceAllStringFunc(text, func(place string) string { return values[place[1:len(place)-1]] })
}
