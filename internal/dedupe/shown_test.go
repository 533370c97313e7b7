package dedupe

import (
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
)

func shownOf(doses ...iis.Dose) iis.Dose {
	var reports []*iis.SourceDose
	for i := range doses {
		reports = append(reports, &iis.SourceDose{Dose: doses[i]})
	}
	return *Shown(reports)
}

func observation(code, value, group string) iis.Observation {
	return iis.Observation{Code: iis.Coded{Code: code, System: "LN"}, Group: group, Value: iis.Coded{Code: value}}
}

func TestWhatTheShownReportLeavesOpenIsFilled(t *testing.T) {
	full := iis.Dose{
		Kind: iis.Given, CVX: "94", MVX: "MSD", Manufacturer: iis.Coded{Code: "MSD"}, NDC: "00006-4171-00", Lot: "L1",
		Expiration: cal.Of(2026, 1, 31), ExpirationMonth: true, Amount: "0.5", Unit: iis.Coded{Code: "mL"}, Route: iis.Coded{Code: "C38299"},
		Site: iis.Coded{Code: "LA"}, Location: "OAK", Administrator: iis.Provider{Family: "Pell"}, Orderer: iis.Provider{Family: "Quay"},
		Observations: []iis.Observation{observation("64994-7", "V02", "1"), observation("30963-3", "VXC50", "2")},
	}
	given, known := full, full
	given.InfoSource, known.InfoSource = "00", "01"
	bare := iis.Dose{Kind: iis.Given, CVX: "94", InfoSource: "00", Filler: iis.Ref{ID: "7"}}

	got, want := shownOf(bare, given), given
	want.Filler = bare.Filler
	want.Observations = []iis.Observation{observation("64994-7", "V02", "1"), observation("30963-3", "VXC50", "2")}
	is.Equal(t, "from one who gave it", got, want)

	got, want = shownOf(bare, known), known
	want.Filler, want.InfoSource = bare.Filler, "00"
	want.Lot, want.Expiration, want.ExpirationMonth, want.Observations = "", cal.None, false, nil
	want.Administrator, want.Orderer = iis.Provider{}, iis.Provider{}
	is.Equal(t, "from one who knows of it", got, want)

	other := bare
	other.CVX = "03"
	is.Equal(t, "of another vaccine", shownOf(other, given), other)
	other = bare
	other.MVX = "GSK"
	is.Equal(t, "of another maker", shownOf(other, given), other)
	other.MVX, other.Lot = "", "K2"
	is.Equal(t, "the expiry of another lot", shownOf(other, given).Expiration, cal.None)
	is.Equal(t, "what is known stays", shownOf(given, bare), given)
	is.Equal(t, "the report itself is not changed", bare.Lot+bare.MVX, "")
}

func TestWhatAnyReportSaysOfHealthIsShown(t *testing.T) {
	lead := iis.Dose{CVX: "94", Observations: []iis.Observation{observation("64994-7", "V01", "1"), observation("31044-1", "39579001", "2")}}
	other := iis.Dose{CVX: "03", Observations: []iis.Observation{
		observation("31044-1", "39579001", "1"), // is there
		observation("30945-0", "VXC20", "2"), observation("30956-7", "03", "2"), observation("30946-8", "", "2"),
	}}
	is.Equal(t, "shown", shownOf(lead, other).Observations, []iis.Observation{
		observation("64994-7", "V01", "1"), observation("31044-1", "39579001", "2"),
		observation("30945-0", "VXC20", "3"), observation("30956-7", "03", "3"), observation("30946-8", "", "3"),
	})
	is.Equal(t, "not changed", len(lead.Observations), 2)
}
