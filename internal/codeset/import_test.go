package codeset

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"openiis/internal/cal"
	"openiis/internal/is"
)

// cdc is a small set of files in CDC's form: enough of each to be imported.
func cdc() map[string]string {
	return map[string]string{
		"cvx.csv": "ShortDescription,FullVaccinename,CVXCode,Notes,Status,LastUpdated\n" +
			"\"DTaP, unspecified formulation\",DTaP,107,,Active,9/30/2010\n" +
			"MMR,\"measles,  mumps and \"\"German\"\" measles\",3,\"a note,\nof two lines\",Active,6/13/2024\n" +
			"rsv,rsv,99,,Never Active,5/28/2010\n",
		"vac2vg.csv": "ShortDescription,CVXCode,Status,Vaccine Group Name,CVX for Vaccine Group\n" +
			"DTaP,107,Active,DTAP,107\nMMR,03,Active,MMR,03\n",
		"mvx.csv": "MVX_CODE,Manufacturer Name,Notes,Status,Last Updated\nMSD,\"Merck and Co., Inc.\",,Active,10/18/2012\n",
		"tradename.csv": "CDC Product Name,Short Description,CVXCode,Manufacturer,MVX Code,MVX Status,Product name Status,Last Updated\n" +
			"M-M-R II,MMR,03,Merck,MSD,Active,Active,5/28/2010\nM-M-R II,MMR,03,Merck,MSD,Active,Active,5/28/2010\n",
		"cpt-to-cvx.csv": "cpt,status,cvx,last_updated\n90700,,107,6/13/2024\n90700,,03,6/14/2024\n",
		"NDC_Unit_use.csv": "use_ndc_id,labeler,product,package,proprietary_name,nonproprietary_name,labeler_name,start_date,end_date," +
			"packaging,gtin,cvx,cvx_short_description,no_use_ndc,ndc11,last_updated,gtin2\n" +
			"1,0006,4681,01,M-M-R II,mmr,Merck,19780915,,VIAL,,03,MMR,False,00006-4681-01,2018-05-30 00:00:00,\n" +
			"2,0006,4681,05,M-M-R II,mmr,Merck,19780915,,,,03,MMR,True,00006-4681-05,2018-05-30 00:00:00,\n",
		"NDC_Unit_sale.csv": "sale_ndc_id,labeler,product,package,proprietary_name,nonproprietary_name,labeler_name,start_date,end_date," +
			"packaging,route,last_updated,cvx,cvx_short_description,ndc11,gtin?\n" +
			"7,0006,4681,00,M-M-R II,mmr,Merck,19780915,20301231,BOX,SC,2019-01-02 00:00:00,03,MMR,00006-4681-00,30300064681001\n" +
			"8,0006,4681,05,M-M-R II,mmr,Merck,19780915,,BOX,SC,2019-01-01 00:00:00,03,MMR,00006-4681-05,\n",
		"NDC_Linker.csv": "id,sale_id,use_id,mvx\n1,7,1,MSD\n2,8,2,MSD\n3,7,99,MSD\n",
		"vis.csv": "VIS_Document_Type_Description,Edition_Date,VIS_encoded_string,VIS_GDTI_document_code,status,Lastupdated\n" +
			"MMR VIS,8/6/2021,253088698300012711210806,0886983000127,Current,8/7/2021\n",
		"visurl.csv": "VIS_Document_Type_Description_ConceptName,VIS_GDTI_document_Conceptcode,VIS_PDF_URL,VIS_HTML_URL\n" +
			"MMR VIS,0886983000127,https://www.cdc.gov/mmr.pdf,https://www.cdc.gov/mmr.html\n",
		"cvxvis.csv": "CVXCode,CVXVaccineDescription,Fully-encodedString,VISDocumentName,VISEditionDate,Status\n" +
			"03,MMR,253088698300012711210806,MMR VIS,8/6/2021,Current\n",
	}
}

func folder(files map[string]string) fs.FS {
	out := make(fstest.MapFS)
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func imported(t *testing.T, files map[string]string) map[string]Imported {
	t.Helper()
	list, err := Import(folder(files), cal.None)
	is.NoError(t, "import", err)
	out := make(map[string]Imported)
	for _, f := range list {
		out[f.Name] = f
	}
	return out
}

func TestPublishedFilesBecomeSortedTables(t *testing.T) {
	got := imported(t, cdc())
	is.Equal(t, "cvx.tsv", string(got["cvx.tsv"].Bytes),
		"# source: CDC, cvx.csv; release date: 2024-06-13\n"+
			"cvx\tshort_name\tfull_name\tstatus\tunspecified\tupdated\n"+
			"03\tMMR\tmeasles, mumps and \"German\" measles\tactive\t\t2024-06-13\n"+
			"99\trsv\trsv\tnever-active\t\t2010-05-28\n"+
			"107\tDTaP, unspecified formulation\tDTaP\tactive\tyes\t2010-09-30\n")
	is.Equal(t, "cpt.tsv, one line a code", string(got["cpt.tsv"].Bytes),
		"# source: CDC, cpt-to-cvx.csv; release date: 2024-06-14\ncpt\tcvx\tupdated\n90700\t03 107\t2024-06-14\n")
	is.Equal(t, "doubled trade names", got["trade-name.tsv"].Rows, 1)
}

func TestPackagesTakeTheirMakerFromTheLinker(t *testing.T) {
	got := imported(t, cdc())
	is.Equal(t, "ndc.tsv", string(got["ndc.tsv"].Bytes),
		"# source: CDC, NDC_Unit_use.csv, NDC_Unit_sale.csv, NDC_Linker.csv; release date: 2019-01-02\n"+
			"ndc\tunit\tcvx\tmvx\tname\tlabeler\tpackaging\tgtin\tfrom\tto\tupdated\n"+
			"00006-4681-00\tsale\t03\tMSD\tM-M-R II\tMerck\tBOX\t30300064681001\t1978-09-15\t2030-12-31\t2019-01-02\n"+
			"00006-4681-01\tuse\t03\tMSD\tM-M-R II\tMerck\tVIAL\t\t1978-09-15\t\t2018-05-30\n"+
			"00006-4681-05\tsale\t03\tMSD\tM-M-R II\tMerck\tBOX\t\t1978-09-15\t\t2019-01-01\n")
	link := got["ndc-link.tsv"]
	is.Equal(t, "links", link.Rows, 1)
	is.Equal(t, "links left out", link.Left, []string{"NDC_Linker.csv, line 4: it links a package that is not in the NDC files"})
}

func TestSpreadsheetHabitsAreTaken(t *testing.T) {
	plain := imported(t, cdc())
	files := cdc()
	files["cvx.csv"] = "\ufeff" + strings.ReplaceAll(files["cvx.csv"], "\n", "\r\n") + "\r\n,,,,,\r\n"
	files["cpt-to-cvx.csv"] = strings.ReplaceAll(files["cpt-to-cvx.csv"], "\n", ",,\n")
	for name, f := range imported(t, files) {
		is.Equal(t, name, string(f.Bytes), string(plain[name].Bytes))
	}
}

func TestAReleaseDateGivenReplacesTheOneFound(t *testing.T) {
	list, err := Import(folder(cdc()), cal.Of(2025, 12, 1))
	is.NoError(t, "import", err)
	for _, f := range list {
		if f.Release != cal.Of(2025, 12, 1) || !strings.Contains(string(f.Bytes), "release date: 2025-12-01\n") {
			t.Errorf("%s has release %v", f.Name, f.Release)
		}
	}
}

func TestFilesThatCannotBeUsedAreRefusedWithTheirPlace(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"cvx.csv", "CVXCode", "CVX Code", `cvx.csv, line 1: column "CVXCode" is missing: download the file again`},
		{"cvx.csv", "Notes,", "Remarks,", `cvx.csv, line 1: column "Remarks" is not known`},
		{"cvx.csv", "Notes,", "CVXCode,", `cvx.csv, line 1: column "CVXCode" is there twice`},
		{"cvx.csv", ",3,", ",MMR,", `cvx.csv, line 3: "MMR" is not a CVX code`},
		{"cvx.csv", "5/28/2010", "28.5.2010", `cvx.csv, line 5: updated "28.5.2010" is not a date`},
		{"cvx.csv", "rsv,rsv,99,", "rsv,99,", "cvx.csv, line 5: 5 cells where the header has 6"},
		{"cvx.csv", "rsv,rsv,99,", "rsv,more,rsv,99,", "cvx.csv, line 5: 7 cells where the header has 6"},
		{"cvx.csv", "rsv,rsv,99,", "rsv,rsv,107,", "cvx.csv, line 5: 107 is also on line 2 of cvx.csv with another short_name"},
		{"cvx.csv", "Never Active", "Perhaps", "cvx.tsv:4: status: want one of"},
		{"cvx.csv", "rsv,rsv", "rsv,\"rsv", "cvx.csv: "},
		{"cvx.csv", "rsv,rsv", "rsv,r\xffv", "cvx.csv, line 5: not UTF-8 text: save the file as CSV UTF-8"},
		{"cpt-to-cvx.csv", "90700,,107", "90700,,888", "cpt-to-cvx.csv, line 2: code 888 is not in the file that becomes cvx.tsv"},
		{"NDC_Unit_use.csv", "00006-4681-01", "0006-4681-1", `NDC_Unit_use.csv, line 2: "0006-4681-1" is not a package number`},
		{"NDC_Linker.csv", "1,7,1,MSD", "1,7,1,QQQ", "code QQQ is not in the file that becomes mvx.tsv"},
		{"vis.csv", "0886983000127,C", "127,C", `vis.tsv:3: document: "127" is not in its canonical form`},
		{"mvx.csv", "MSD,\"Merck and Co., Inc.\",,Active,10/18/2012\n", "", "mvx.csv: no row below the header"},
	} {
		files := cdc()
		if strings.Count(files[c.file], c.old) != 1 {
			t.Fatalf("the test's %q is there %d times in %s", c.old, strings.Count(files[c.file], c.old), c.file)
		}
		files[c.file] = strings.Replace(files[c.file], c.old, c.new, 1)
		list, err := Import(folder(files), cal.None)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: got %v, want %q", c.file, c.new, err, c.want)
		}
		if list != nil {
			t.Errorf("%s with %q: files were made of it", c.file, c.new)
		}
	}
	files := cdc()
	delete(files, "vis.csv")
	if _, err := Import(folder(files), cal.None); err == nil || !strings.Contains(err.Error(), "vis.csv cannot be read") {
		t.Errorf("without vis.csv: %v", err)
	}
}

func TestABarCodeNumberThatDoesNotCheckIsLeftOut(t *testing.T) {
	files := cdc()
	files["NDC_Unit_sale.csv"] = strings.Replace(files["NDC_Unit_sale.csv"], "30300064681001", "0300064681001", 1)
	f := imported(t, files)["ndc.tsv"]
	is.Equal(t, "left out", len(f.Left), 1)
	is.Equal(t, "the package stays", f.Rows, 3)
}
