package journeys

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"openiis/internal/access"
	"openiis/internal/is"
)

// uploads chooses a file with a content in a form.
func (b *browser) uploads(name, content string) {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), name)
	is.NoError(b.t, "write", os.WriteFile(path, []byte(content), 0o600))
	b.do("choose a file", chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{path}))
}

const novemberShots = "Shots of November\n\nKennung,Last Name,First Name,DOB,Sex,Date Given,Vaccine,Lot #,Copay\n" +
	"A91,Bracken,Wren,3/1/2020,F,1/6/2026,MMR (M-M-R II),L1,5\n" +
	"A91,Bracken,Wren,3/1/2020,F,1/6/2026,Varivax,L2,\n" +
	"B92,Sorrel,<b>Jay</b>,4/15/2019,M,1/7/2026,Daptacel,L3,\n" +
	"C93,Yarrow,Finch,5/5/18,M,1/7/2026,Daptacel,L3,\n" +
	"D94,Tansy,\"Lark,5/5/2018,M,1/7/2026,Daptacel,L3,\n"

func TestAPracticeManagerUploadsASpreadsheet(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves the browser out")
	}
	r := newRegistry(t)
	r.hasUser(access.NewUser{Username: "mara", Name: "Mara Manager", Role: access.Clinic, Facility: "OAK"})
	b := openBrowser(t, r.address)
	b.signsIn("mara")
	b.visit("/files")
	b.sees("Upload a file of vaccinations", "At most 5,000 rows", "Oak Street Pediatrics", "None yet.")
	b.isSound("60-files")

	b.uploads("shots.pdf.csv", "%PDF-1.7 not a list")
	b.press("main form button")
	b.sees("This is a PDF document", "Nothing was stored.")
	b.isSound("61-file-unreadable")

	b.visit("/files")
	b.uploads("november.csv", novemberShots)
	b.press("main form button")
	b.sees("Some columns are still missing.", "Patient number (MRN or chart number)", "The columns are named in line 3", "Kennung")
	b.isSound("62-file-columns")

	b.chooses("column-1", "mrn")
	b.unfolds(`label[for="doses-given"]`)
	b.press(`section[aria-labelledby="columns"] button`)
	b.sees("The first rows", "Bracken, Wren", "<b>Jay</b>", "A quotation mark is opened in this line", "has a year of two digits", "by Mara Manager", "2 rows as they stand and 1 with warnings", "Store the rows")
	b.isSound("63-file-understood")

	b.press(`section[aria-labelledby="store"] button`)
	b.sees("Every row was answered,", "What became of the rows", "Added", "Refused")
	b.isSound("64-file-answers")
	b.press(`section[aria-labelledby="answers"] a.tap`)
	b.sees("Submission", "Bracken", "Vaccination update")

	b.visit("/files")
	b.sees("november.csv", "Stored: 5 rows.")
	b.uploads("again.csv", novemberShots)
	b.press("main form button")
	b.sees("As set for this sender", "The first rows")
	b.press(`section[aria-labelledby="store"] button`)
	b.sees("Already known")
	b.visit("/submissions")
	b.sees("Vaccination update")
	b.doesNotSee("Bracken")
}
