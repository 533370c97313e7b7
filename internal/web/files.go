package web

import (
	_ "embed"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/access"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/intake"
)

// What the page for files shows at most.
const (
	previewRows  = 8   // of the first rows, as they are understood
	problemRows  = 100 // of those with something wrong
	answersShown = 200 // of a file that was stored, a page
)

// maxUpload is how much of an upload is listened to. What is longer than a file may
// be is not kept, but heard to its end: a browser that is cut off shows no answer.
const maxUpload = 150 << 20

// uploadsAtOnce is how many files are taken or looked at side by side.
const uploadsAtOnce = 4

//go:embed template.csv
var emptyFile []byte

// ownerOf is somebody who looks after files.
func ownerOf(u access.User) intake.Owner {
	return intake.Owner{Actor: u.Actor(), Everyone: u.Everyone()}
}

func fileAddress(id iis.FileID) string { return "/files/" + id.Public() }

// filesPage is where a file is uploaded, with the files before it.
type filesPage struct {
	Senders []iis.Sender
	Files   []intake.FileLine
	Most    flat.Limits
	Problem string
}

// files shows the form for a file, and the newest files.
func (s *site) files(w http.ResponseWriter, r *http.Request) error { return s.showFiles(w, r, nil) }

func (s *site) showFiles(w http.ResponseWriter, r *http.Request, wrong error) error {
	u := visitOf(r).user
	p := filesPage{Most: intake.PageLimits}
	var err error
	if p.Senders, err = s.Intake.FileSenders(r.Context(), u.Scope()); err != nil {
		return err
	}
	if p.Files, err = s.Intake.Files(r.Context(), ownerOf(u)); err != nil {
		return err
	}
	status, title := http.StatusOK, "Upload a file"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "files", Title: title, Body: p})
}

// fileTemplate is a file with the columns, to be filled in.
func (s *site) fileTemplate(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="openiis-doses.csv"`)
	_, _ = w.Write(emptyFile) // the reader has gone: there is nobody to tell
	return nil
}

// upload keeps a file. It is read, and shown, at its own address.
func (s *site) upload(w http.ResponseWriter, r *http.Request) error {
	form, err := readUpload(r)
	if formWrong(err) || fault.KindOf(err) == fault.TooLarge && err != nil {
		return s.showFiles(w, r, err)
	}
	if err != nil {
		return err
	}
	leave, err := s.enterUploads()
	if err != nil {
		return err
	}
	defer leave()
	u := visitOf(r).user
	senders, err := s.Intake.FileSenders(r.Context(), u.Scope())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(senders, func(f iis.Sender) bool { return f.ID == form.sender })
	if at < 0 {
		return s.showFiles(w, r, fault.New(fault.Invalid, "Choose whose rows these are."))
	}
	id, err := s.Intake.KeepFile(r.Context(), u.Actor(), senders[at], form.name, form.content)
	if err != nil {
		return err
	}
	http.Redirect(w, r, fileAddress(id), http.StatusSeeOther)
	return nil
}

// enterUploads waits for nobody: files are large, and whoever is refused can try
// again. A request comes here when it is whole: a slow line takes nobody's place.
func (s *site) enterUploads() (leave func(), err error) {
	select {
	case s.uploads <- struct{}{}:
		return func() { <-s.uploads }, nil
	default:
		return nil, fault.New(fault.Busy, "Several files are being read at this moment.")
	}
}

// uploaded is the form for a file.
type uploaded struct {
	sender  iis.SenderID
	name    string
	content []byte
}

// readUpload reads the form for a file part by part.
func readUpload(r *http.Request) (u uploaded, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return u, errUnreadable
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return u, uploadCut(err)
		}
		content, err := io.ReadAll(io.LimitReader(part, int64(intake.PageLimits.Bytes)+1))
		if err != nil {
			return u, uploadCut(err)
		}
		switch part.FormName() {
		case "sender":
			u.sender, _ = iis.ParseSenderID(string(content))
		case "file":
			u.name, u.content = part.FileName(), content
		}
		if len(content) > intake.PageLimits.Bytes {
			_, _ = io.Copy(io.Discard, r.Body) // heard to its end, as far as we listen
			return u, fault.New(fault.TooLarge, "The file is larger than %d MB and was not kept. Split it into smaller files, each with the row of column names.", intake.PageLimits.Bytes/1_000_000)
		}
	}
	if u.name == "" {
		return u, fault.New(fault.Invalid, "Choose a file.")
	}
	return u, nil
}

func uploadCut(err error) error {
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return fault.New(fault.TooLarge, "The file is larger than %d MB and was not kept. Split it into smaller files, each with the row of column names.", intake.PageLimits.Bytes/1_000_000)
	}
	return fault.New(fault.Invalid, "The file did not arrive whole. Choose it again.")
}

// filePage is one file: before it is stored as it is understood, afterwards with the
// answers to its rows.
type filePage struct {
	*intake.File
	Problem string

	Columns []fileColumn
	Doses   flat.Doses
	AskWhat bool // no column says whether doses were given here
	Mapping string
	Preview *intake.Preview
	First   []fileRow // the first rows, as they are understood
	Wrong   []fileRow // rows with something wrong
	More    int       // of those, that are not shown

	Counts  []fileCount
	Answers []answerRow
	Next    int // the line behind which the next page begins; 0: this is the last
}

// fileColumn is a column with the field that it holds.
type fileColumn struct {
	N       int // from 1
	Name    string
	Field   string
	Example string // the first cell that is not blank
}

// Fields are what a column can hold, whose it is.
func (filePage) Fields(of string) []flat.Field {
	return slices.DeleteFunc(flat.Fields(), func(f flat.Field) bool { return f.Of != of })
}

// fileRow is a row as it is understood.
type fileRow struct {
	intake.PreviewRow
	Name, Vaccine string
	Said          []rowProblem
}

// Good reports a row that would be stored as it stands.
func (r fileRow) Good() bool { return !r.Refused && !r.Passed }

// rowProblem is what is wrong with a row, and where.
type rowProblem struct {
	Severity iis.Severity
	Column   string
	Say      string
}

// fileCount is how many rows had a result.
type fileCount struct {
	Words string
	N     int
}

// answerRow is the answer to a row.
type answerRow struct {
	iis.FileRow
	Words string
	Said  []rowProblem
}

// openedFile is the file that an address names.
func (s *site) openedFile(r *http.Request) (*intake.File, error) {
	id, ok := iis.ParseFileID(r.PathValue("number"))
	if !ok {
		return nil, fault.New(fault.NotFound, "This is not the number of a file. It has 13 letters and digits.")
	}
	return s.Intake.OpenFile(r.Context(), ownerOf(visitOf(r).user), id, intake.PageLimits)
}

// file shows one file.
func (s *site) file(w http.ResponseWriter, r *http.Request) error {
	leave, err := s.enterUploads()
	if err != nil {
		return err
	}
	defer leave()
	f, err := s.openedFile(r)
	if err != nil {
		return err
	}
	return s.showFile(w, r, f, nil, nil)
}

// showFile shows a file as a mapping has it, with what was wrong with a form.
func (s *site) showFile(w http.ResponseWriter, r *http.Request, f *intake.File, m *flat.Mapping, wrong error) error {
	p := &filePage{File: f}
	v := view{Page: "file", Title: "File " + f.ID.Public(), Body: p}
	status := http.StatusOK
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		v.Title = "Error: " + v.Title
	}
	var err error
	switch {
	case f.Unreadable != nil:
		p.Problem = fault.Public(f.Unreadable)
	case f.Rows > 0:
		err = s.fillAnswers(r, p)
	default:
		if m == nil {
			guessed := f.Table.Guess(f.Known)
			m = &guessed
		}
		err = s.fillPreview(r, p, *m)
	}
	if err != nil {
		return err
	}
	return s.show(w, r, status, v)
}

// fillPreview says how the file is understood.
func (s *site) fillPreview(r *http.Request, p *filePage, m flat.Mapping) (err error) {
	if p.Preview, err = s.Intake.PreviewFile(r.Context(), p.File, m); err != nil {
		return err
	}
	p.Doses, p.Mapping, p.AskWhat = m.Doses, m.Text(), !p.Preview.Plan.Holds("source")
	for i, a := range m.Columns {
		c := fileColumn{N: i + 1, Name: a.Column, Field: a.Field}
		for k := range p.Table.Rows {
			if c.Example = p.Table.Rows[k].Cell(i); c.Example != "" {
				break
			}
		}
		p.Columns = append(p.Columns, c)
	}
	for i, row := range p.Preview.Rows {
		if i < previewRows {
			p.First = append(p.First, p.row(row))
		}
		if !row.Refused && !slices.ContainsFunc(row.Problems, func(o flat.Problem) bool { return o.Severity == iis.Warning }) {
			continue
		}
		if len(p.Wrong) < problemRows {
			p.Wrong = append(p.Wrong, p.row(row))
		} else {
			p.More++
		}
	}
	return nil
}

// row is a row with what a page says of it.
func (p *filePage) row(of intake.PreviewRow) fileRow {
	name := of.Person.LegalName()
	out := fileRow{PreviewRow: of, Name: strings.TrimSpace(name.Family + ", " + name.Given)}
	out.Name = strings.Trim(out.Name, ", ")
	if v, ok := codeset.Default().CVX(of.Dose.CVX); ok {
		out.Vaccine = v.Plain()
	} else {
		out.Vaccine = of.Dose.CVX + of.Dose.NDC
	}
	for _, o := range of.Problems {
		out.Said = append(out.Said, rowProblem{o.Severity, p.columnName(o.Column + 1), o.Say})
	}
	return out
}

// columnName is a column as its owner calls it; "" for none.
func (p *filePage) columnName(n int) string {
	if n < 1 || p.Table == nil || n > len(p.Table.Header) {
		return ""
	}
	return p.Table.Header[n-1]
}

// rowWords are results in words.
var rowWords = map[iis.RowResult]string{
	iis.RowAdded: "Added", iis.RowKnown: "Already known", iis.RowUpdated: "Updated", iis.RowDeleted: "Withdrawn", iis.RowNothing: "Nothing to withdraw",
	iis.RowPerson: "Patient stored, no dose", iis.RowPassed: "Passed over", iis.RowRefused: "Refused", iis.RowFailed: "Failed on our side",
	iis.RowOptedOut: "Not kept: opted out",
}

// fillAnswers says what became of the rows.
func (s *site) fillAnswers(r *http.Request, p *filePage) error {
	behind, _ := strconv.Atoi(r.URL.Query().Get("behind")) // what cannot be read is the beginning
	rows, counts, err := s.Intake.FileAnswers(r.Context(), p.ID, behind, answersShown+1)
	if err != nil {
		return err
	}
	if len(rows) > answersShown {
		rows = rows[:answersShown]
		p.Next = rows[answersShown-1].Line
	}
	for _, result := range iis.RowResults {
		if n := counts[result]; n > 0 {
			p.Counts = append(p.Counts, fileCount{rowWords[result], n})
		}
	}
	for _, row := range rows {
		a := answerRow{FileRow: row, Words: rowWords[row.Result]}
		for _, o := range row.Problems {
			a.Said = append(a.Said, rowProblem{o.Severity, p.columnName(o.Column), o.Say})
		}
		p.Answers = append(p.Answers, a)
	}
	return nil
}

// fileColumns sets what the columns hold, which is remembered for the sender.
func (s *site) fileColumns(w http.ResponseWriter, r *http.Request) error {
	f, err := s.formOfFile(w, r)
	if f == nil || err != nil {
		return err
	}
	m := flat.Mapping{Doses: flat.Doses(r.PostForm.Get("doses"))}
	for i, name := range f.Table.Header {
		field := r.PostForm.Get("column-" + strconv.Itoa(i+1))
		if flat.LabelOf(field) == "" {
			field = ""
		}
		m.Columns = append(m.Columns, flat.Assigned{Column: name, Field: field})
	}
	if m.Doses != flat.GivenHere && m.Doses != flat.Elsewhere {
		m.Doses = ""
	}
	err = s.Intake.SetFileMapping(r.Context(), visitOf(r).user.Actor(), f.Sender, m)
	if formWrong(err) {
		return s.showFile(w, r, f, &m, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, fileAddress(f.ID)+"#understood", http.StatusSeeOther)
	return nil
}

// formOfFile reads a form about a file that is to be stored; nil when a page was
// shown instead.
func (s *site) formOfFile(w http.ResponseWriter, r *http.Request) (*intake.File, error) {
	if err := readForm(r); err != nil {
		return nil, err
	}
	leave, err := s.enterUploads()
	if err != nil {
		return nil, err
	}
	defer leave()
	f, err := s.openedFile(r)
	if err == nil && f.Unreadable != nil {
		return nil, s.showFile(w, r, f, nil, nil)
	}
	return f, err
}

// storeFile stores the rows as they were shown: by the mapping that the form has.
func (s *site) storeFile(w http.ResponseWriter, r *http.Request) error {
	f, err := s.formOfFile(w, r)
	if f == nil || err != nil {
		return err
	}
	if !f.Finished.IsZero() { // the button was pressed twice
		http.Redirect(w, r, fileAddress(f.ID), http.StatusSeeOther)
		return nil
	}
	shown, err := flat.ParseMapping(strings.ReplaceAll(r.PostForm.Get("mapping"), "\r\n", "\n"))
	if f.Rows > 0 { // gone on with, as it was begun
		shown, err = flat.ParseMapping(f.Mapping)
	}
	if err != nil {
		return s.showFile(w, r, f, nil, err)
	}
	m := f.Table.Guess(shown)
	if m.Doses == "" {
		if !slices.ContainsFunc(m.Columns, func(a flat.Assigned) bool { return a.Field == "source" }) {
			return s.showFile(w, r, f, &m, fault.New(fault.Invalid, "Say first whether the doses were given by this sender or copied from other records."))
		}
		m.Doses = flat.Elsewhere // a row whose own cell is blank claims nothing
	}
	_, err = s.Intake.StoreFile(r.Context(), visitOf(r).user.Actor(), f, m, nil)
	if formWrong(err) {
		return s.showFile(w, r, f, &m, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, fileAddress(f.ID), http.StatusSeeOther)
	return nil
}
