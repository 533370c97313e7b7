package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/scan"
)

// sentFile is a file that came with a form.
type sentFile struct {
	Field, Name string
	Content     []byte // one byte more than scan.Most at most, so that one that is too large is told
}

// readParts reads a form with files part by part (RFC 7578): what was written, and the files,
// as many as most and one more. What had come before an error is told with it, so that a page can
// be shown again with what was written.
func readParts(r *http.Request, most int) (written url.Values, files []sentFile, err error) {
	written = url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return written, nil, errUnreadable
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return written, files, partsCut(err)
		}
		limit := int64(maxForm)
		if part.FileName() != "" {
			limit = scan.Most + 1
		}
		content, err := io.ReadAll(io.LimitReader(part, limit))
		switch {
		case err != nil:
			return written, files, partsCut(err)
		case part.FileName() == "":
			written.Add(part.FormName(), string(content))
		case len(files) <= most:
			files = append(files, sentFile{part.FormName(), part.FileName(), content})
		}
	}
	if !isText(written) {
		return url.Values{}, files, errUnreadable
	}
	return written, files, nil
}

// readFields reads a form with files without them: what was written, up to the size of a form
// without files, and in which fields files were chosen. Files are heard to their end and are
// not held. A form that did not arrive whole is what of it came.
func readFields(r *http.Request) (written url.Values, files []access.KeptFiles, err error) {
	written = url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return written, nil, errUnreadable
	}
	for room := maxForm; ; {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		if part.FileName() != "" {
			files = addChosen(files, part.FormName())
			continue // what is left of it is heard by NextPart
		}
		text, err := io.ReadAll(io.LimitReader(part, int64(room)+1))
		if room -= len(text); room < 0 {
			return nil, nil, fault.New(fault.TooLarge, "The form is larger than this page takes.")
		}
		if isFile := part.Header.Get("Content-Type") != ""; err != nil || isFile { // of a field in which no file was chosen
			continue
		}
		written.Add(part.FormName(), string(text))
	}
	if !isText(written) {
		return url.Values{}, nil, errUnreadable
	}
	return written, files, nil
}

// addChosen adds a file of a field to those that were chosen.
func addChosen(files []access.KeptFiles, field string) []access.KeptFiles {
	for i := range files {
		if files[i].Field == field {
			files[i].N++
			return files
		}
	}
	return append(files, access.KeptFiles{Field: field, N: 1})
}

var errUnreadable = fault.New(fault.Invalid, "The form could not be read. Open the page again.")

// partsCut is why a form with files did not arrive.
func partsCut(err error) error {
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return fault.New(fault.TooLarge, "The files are larger than this page takes: %d MB each at most. Scan them in black and white, or with fewer dots. Nothing was stored.", scan.Most>>20)
	}
	return fault.New(fault.Invalid, "The form did not arrive whole. Choose the file again, and send it. Nothing was stored.")
}
