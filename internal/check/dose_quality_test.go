package check

import (
	"slices"
	"strings"
	"testing"

	"openiis/internal/codeset"
	"openiis/internal/is"
)

func TestWhatCannotBeTrueOfADoseIsReported(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes []string
		want    []string
	}{
		// dates
		{"given after the lot expired", []string{"RXA-16=20240229"}, []string{"W 999/1 RXA^1^3 RXA-3 after RXA-16"}},
		{"given in the month in which the lot expired", []string{"RXA-16=202403"}, nil},
		{"given after it was entered", []string{"RXA-22=20240229"}, []string{"W 999/1 RXA^1^3 RXA-3 after RXA-22"}},
		{"entered tomorrow", []string{"RXA-22=20240306"}, []string{"W 999/1 RXA^1^22 RXA-22 in the future"}},
		{"a dose that is withdrawn", []string{"RXA-16=20240229", "RXA-21=D"}, nil},
		// vaccine and its use
		{"a vaccine before its licence", []string{"RXA-5=165^HPV9^CVX", "PID-7=20000229", "RXA-3=20141209", "RXA-17="},
			[]string{"W 999/1 RXA^1^5^1^1 RXA-5 not in use on RXA-3"}},
		{"a vaccine long after its end, given here", []string{"RXA-5=01^DTP^CVX"},
			[]string{"W 999/1 RXA^1^5^1^1 RXA-5 not in use on RXA-3"}},
		{"the same as history", []string{"RXA-5=01^DTP^CVX", "RXA-9=01^Historical^NIP001", "OBX-3=59785-6^Indication^LN", "OBX-5=VXC7"}, nil},
		{"no date, of a dose with a licence", []string{"RXA-5=94^MMRV^CVX", "RXA-17=MSD^Merck^MVX", "RXA-3="}, nil}, // reading tells it
		{"a year, of a dose with a licence", []string{"RXA-5=94^MMRV^CVX", "RXA-17=MSD^Merck^MVX", "RXA-3=2024"}, nil},
		{"a vaccine that had been replaced", []string{"RXA-5=100^PCV7^CVX", "RXA-3=20100301", "PID-7=20090101", "RXA-17=PFR^Pfizer^MVX"},
			[]string{"I 999/1 RXA^1^5^1^1 RXA-5 replaced before RXA-3"}},
		{"too young", []string{"PID-7=20240101", "RXA-3=20240201"}, []string{"W 999/1 RXA^1^3 RXA-3 outside the vaccine's ages"}},
		{"four days too young", []string{"RXA-5=21^Varicella^CVX", "PID-7=20230305", "RXA-3=20240301"}, nil},
		{"too old", []string{"RXA-5=08^Hep B^CVX", "PID-7=19600101"}, []string{"W 999/1 RXA^1^3 RXA-3 outside the vaccine's ages"}},
		{"a vaccine that nobody knows", []string{"RXA-5=999^Unknown^CVX"}, []string{"W 999/4 RXA^1^5^1^1 RXA-5 is 999"}},
		{"a kind of vaccine, given here", []string{"RXA-5=45^Hep B^CVX"}, []string{"W 999/4 RXA^1^5^1^1 RXA-5 not specific"}},
		{"a kind of vaccine with the NDC of the product", []string{"RXA-5=45^Hep B^CVX^00006-4981-00^RECOMBIVAX HB^NDC"}, nil},
		{"a kind of vaccine as history", []string{"RXA-5=45^Hep B^CVX", "RXA-9=01^Historical^NIP001", "RXA-15="}, nil},
		{"a vaccine that never came", []string{"RXA-5=61^HIV^CVX"}, []string{"W 103/4 RXA^1^5^1^1 RXA-5 never in use"}},
		{"a vaccine of abroad, given here", []string{"RXA-5=177^PCV10^CVX", "RXA-17="}, []string{"W 103/4 RXA^1^5^1^1 RXA-5 not used in the US"}},
		{"an immune globulin", []string{"RXA-5=30^HBIG^CVX"}, []string{"I 999/3 RXA^1^5^1^1 RXA-5 not a vaccine"}},
		{"a CPT code of another vaccine", []string{"RXA-5=03^MMR^CVX^90716^Varicella^C4"}, []string{"W 999/4 RXA^1^5^1^4 RXA-5 CPT disagrees"}},
		{"a CPT code of the vaccine", []string{"RXA-5=03^MMR^CVX^90707^MMR^C4"}, nil},
		// manufacturer, lot, amount
		{"a maker of other vaccines", []string{"RXA-5=83^Hep A^CVX", "RXA-17=MOD^Moderna^MVX"}, []string{"W 999/3 RXA^1^17 RXA-17 does not make RXA-5"}},
		{"a maker of other vaccines, before the list is whole", []string{"RXA-5=83^Hep A^CVX", "RXA-17=MOD^Moderna^MVX", "RXA-3=20091231", "PID-7=20070228"}, nil},
		{"a maker of a kind of which some makers are not known", []string{"RXA-17=MOD^Moderna^MVX"}, nil},
		{"a maker under an old name", []string{"RXA-5=133^PCV13^CVX", "RXA-17=WAL^Wyeth^MVX"}, nil},
		{"another maker", []string{"RXA-17=OTH^Other^MVX"}, nil},
		{"a word for a lot", []string{"RXA-15=Lot"}, []string{"W 999/4 RXA^1^15^1 RXA-15 not a lot number"}},
		{"zeros for a lot", []string{"RXA-15=0000"}, []string{"W 999/4 RXA^1^15^1 RXA-15 not a lot number"}},
		{"two lots in one", []string{"RXA-15=U1234AA/U1235AA"}, []string{"W 999/4 RXA^1^15^1 RXA-15 several lot numbers"}},
		{"a lot with its programme", []string{"RXA-15=U1234AA (VFC)"}, []string{"W 999/4 RXA^1^15^1 RXA-15 with a mark"}},
		{"a lot with the word", []string{"RXA-15=Lot: U1234AA"}, []string{"W 999/4 RXA^1^15^1 RXA-15 with a mark"}},
		{"lots as makers write them", []string{"RXA-15=AHAVB-123B A"}, nil},
		{"nothing was given, and yet it was", []string{"RXA-6=0", "RXA-7="}, []string{"I 999/4 RXA^1^6 RXA-6 is 0"}},
		{"far too much", []string{"RXA-6=50"}, []string{"W 999/3 RXA^1^6 RXA-6 too large"}},
		// route and site
		{"an injection by mouth", []string{"RXR-1=PO^Oral^HL70162"}, []string{"W 999/3 RXR^1^1 RXR-1 not that of RXA-5"}},
		{"rotavirus by needle", []string{"RXA-5=116^Rotavirus^CVX", "PID-7=20240101"}, []string{"W 999/3 RXR^1^1 RXR-1 not that of RXA-5"}},
		{"rotavirus in the arm", []string{"RXA-5=116^Rotavirus^CVX", "PID-7=20240101", "RXR-1=C38288^Oral^NCIT"},
			[]string{"I 999/3 RXR^1^2 RXR-2 without a needle"}},
		{"an influenza vaccine of either kind", []string{"RXA-5=88^Influenza^CVX", "RXA-9=01^Historical^NIP001", "RXR-1=NS^^HL70162", "RXR-2=", "RXA-15="}, nil},
		// source and completion
		{"given here, and nothing is known of it", []string{"RXA-6=999", "RXA-7=", "RXA-15=", "RXA-16=", "RXA-17=", "RXR-="},
			[]string{"W 999/3 RXA^1^9^1^1 RXA-9 00 but looks historical"}},
		{"history of which everything is known", []string{"RXA-9=^a note~01^Historical^NIP001"},
			[]string{"W 999/3 RXA^1^9^2^1 RXA-9 historical but looks administered"}},
		{"a part of a dose", []string{"RXA-20=PA"}, []string{"I 999/3 RXA^1^20 RXA-20 PA"}},
		{"a vaccine that was not given", []string{"RXA-20=NA", "ORC-3=9999^CLINIC", "RXA-6=999", "RXA-7=", "RXA-9="},
			[]string{"I 999/3 RXA^1^20 RXA-20 NA of a vaccine"}},
		// eligibility
		{"an adult for whom VFC pays", []string{"PID-7=19900101", "OBX-5=V02^Medicaid^HL70064"},
			[]string{"W 999/3 OBX^1^5^1^1 OBX-5 VFC eligibility of an adult"}},
		{"an adult of another programme", []string{"PID-7=19900101", "OBX-5=V23^317^HL70064"}, nil},
	} {
		if c.want == nil {
			c.want = []string{}
		}
		is.Equal(t, c.name, told(t, with(goodVXU, c.changes...)), c.want)
	}
}

func TestVaccineOfTheProgrammeForAChildThatIsNotOfItIsReported(t *testing.T) {
	paid := "OBX|5|CE|30963-3^Funding^LN|3|VXC51^Public VFC^CDCPHINVS||||||F|||20240301\r"
	is.Equal(t, "not eligible", told(t, with(goodVXU)+paid), []string{"W 999/3 OBX^5^5^1^1 OBX-5 funding contradicts eligibility"})
	is.Equal(t, "eligible", told(t, with(goodVXU, "OBX-5=V02^Medicaid^HL70064")+paid), []string{})
}

func TestADoseThatIsSaidTwiceIsReportedOnce(t *testing.T) {
	again := func(changes ...string) []string { return told(t, with(goodVXU)+with(goodVXU[4:], changes...)) }
	is.Equal(t, "the same", again(), []string{"W 999/3 RXA^2 dose repeated"})
	is.Equal(t, "without its lot", again("RXA-15="), []string{"W 999/3 RXA^2 dose repeated"})
	is.Equal(t, "another lot", again("RXA-15=L2"), []string{})
	is.Equal(t, "another day", again("RXA-3=20240201"), []string{})
	undated := with(goodVXU, "RXA-3=")
	is.Equal(t, "both without a day", told(t, undated+with(goodVXU[4:], "RXA-3=")), []string{})
	is.Equal(t, "another vaccine", again("RXA-5=21^Varicella^CVX"), []string{})
	is.Equal(t, "withdrawn", again("RXA-21=D"), []string{})
}

func TestWhoGaveADoseAndWhereIsAskedForWhereItWasGiven(t *testing.T) {
	raw := with(goodVXU, "ORC-12=", "RXA-10=", "RXA-11=")
	is.Equal(t, "given here", shorts(Message(read(t, raw))),
		[]string{"I 101/7 ORC^1^12 ORC-12 missing", "I 101/7 RXA^1^10 RXA-10 missing", "I 101/7 RXA^1^11 RXA-11 missing"})
	is.Equal(t, "history", shorts(Message(read(t, strings.Replace(raw, "00^New", "01^Old", 1)))),
		[]string{"W 999/3 RXA^1^9^1^1 RXA-9 historical but looks administered"})
}

func TestTheTableOfUsesIsWhole(t *testing.T) {
	codes, seen := realCodes(t), map[int]bool{}
	for _, row := range useRows {
		if seen[row.cvx] {
			t.Errorf("CVX %d has two rows", row.cvx)
		}
		seen[row.cvx] = true
		u := uses[row.cvx]
		for _, days := range [][2]string{{row.from, u.from.Compact()}, {row.replaced, u.replaced.Compact()}, {row.until, u.until.Compact()}} {
			if days[0] != "" && days[0] != days[1] {
				t.Errorf("CVX %d: %q is not a day", row.cvx, days[0])
			}
		}
		if u.until != 0 && (u.until < u.from || u.until < u.replaced) || u.tooOld > 0 && u.tooOld <= u.youngest {
			t.Errorf("CVX %d: its limits are in disorder", row.cvx)
		}
	}
	everyVaccine(codes, func(n int, _ codeset.Vaccine) { delete(seen, n) })
	if len(seen) > 0 {
		t.Errorf("there are no such vaccines: %v", seen)
	}
}

func TestMakersAreKnownByTheVaccinesTheyMake(t *testing.T) {
	m := makersFor(realCodes(t))
	for cvx, want := range map[int]house{3: merck | gsk, 10: sanofi, 116: merck, 133: pfizer, 312: moderna} {
		if m.of[cvx]&want != want {
			t.Errorf("CVX %d: houses %b, want %b among them", cvx, m.of[cvx], want)
		}
	}
	if m.of[1] != 0 || m.of[998] != 0 {
		t.Error("of vaccines that are no longer in use, and of none, we must not pretend to know who made them")
	}
	if !slices.Equal(m.of[:], makersFor(realCodes(t)).of[:]) {
		t.Error("the makers of the same tables differ")
	}
}
