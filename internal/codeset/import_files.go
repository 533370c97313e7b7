package codeset

import "strings"

// The methods of this file say, one content file each, which of CDC's columns
// goes where. The release date is set after the rows are read, because it is the
// latest of their days.

func (m *making) vaccines() *draft {
	d := newDraft("cvx.tsv", "cvx.csv", 0)
	for _, r := range m.in["cvx.csv"].rows {
		unspecified := ""
		if isUnspecified(r.cells["short"]) || isUnspecified(r.cells["full"]) {
			unspecified = yes
		}
		cvx := m.cvx(r, "cvx")
		if cvx == UnknownVaccine {
			unspecified = yes
		}
		d.add(r, cvx, r.cells["short"], r.cells["full"], status(r), unspecified, m.day(r, "updated"))
	}
	d.sheet.release = m.latest["cvx.csv"]
	return d
}

// isUnspecified reports a name that ends in "unspecified" or "unspecified
// formulation". A name that leaves only the Lf count open (CVX 196) says which
// vaccine it is.
func isUnspecified(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), " formulation")
	return strings.HasSuffix(name, "unspecified") && !strings.HasSuffix(name, "lf unspecified")
}

func (m *making) groups() *draft {
	d := newDraft("vaccine-group.tsv", "vac2vg.csv (dated as cvx.csv)", m.latest["cvx.csv"])
	for _, r := range m.in["vac2vg.csv"].rows {
		d.add(r, m.cvx(r, "cvx"), r.cells["group"], m.cvx(r, "group_cvx"))
	}
	return d
}

func (m *making) makers() *draft {
	d := newDraft("mvx.tsv", "mvx.csv", 0)
	for _, r := range m.in["mvx.csv"].rows {
		d.add(r, r.cells["mvx"], r.cells["name"], status(r), m.day(r, "updated"))
	}
	d.sheet.release = m.latest["mvx.csv"]
	return d
}

func (m *making) tradeNames() *draft {
	d := newDraft("trade-name.tsv", "tradename.csv", 0)
	for _, r := range m.in["tradename.csv"].rows {
		d.add(r, r.cells["name"], m.cvx(r, "cvx"), r.cells["mvx"], status(r), m.day(r, "updated"))
	}
	d.sheet.release = m.latest["tradename.csv"]
	return d
}

func (m *making) cpt() *draft {
	d := newDraft("cpt.tsv", "cpt-to-cvx.csv", 0, 1)
	for _, r := range m.in["cpt-to-cvx.csv"].rows {
		d.add(r, r.cells["cpt"], m.cvx(r, "cvx"), m.day(r, "updated"))
	}
	d.sheet.release = m.latest["cpt-to-cvx.csv"]
	return d
}

// packages are the package numbers and which carton holds which unit. CDC's
// linker joins the two by numbers of its own, which appear nowhere else.
func (m *making) packages() []*draft {
	ndc := newDraft("ndc.tsv", "NDC_Unit_use.csv, NDC_Unit_sale.csv, NDC_Linker.csv", 0, 2, 3)
	makers := make(map[string]string) // by file and CDC's id
	for _, r := range m.in["NDC_Linker.csv"].rows {
		sale, use := "NDC_Unit_sale.csv "+r.cells["sale"], "NDC_Unit_use.csv "+r.cells["use"]
		makers[sale] = joinCodes(makers[sale], r.cells["mvx"])
		makers[use] = joinCodes(makers[use], r.cells["mvx"])
	}
	codes := make(map[string]string)
	cartons := m.cartons()
	for _, file := range []string{"NDC_Unit_sale.csv", "NDC_Unit_use.csv"} {
		unit := strings.TrimSuffix(strings.TrimPrefix(file, "NDC_Unit_"), ".csv")
		for _, r := range m.in[file].rows {
			code, updated := m.ndc(r), m.day(r, "updated")
			codes[file+" "+r.cells["id"]] = code
			// CDC repeats the carton's number here for a unit that bears none.
			if strings.EqualFold(r.cells["none"], "true") && cartons[code] {
				continue
			}
			gtin := r.cells["gtin"]
			if gtin != "" && !isGTIN(gtin) {
				ndc.leave(r, "its GTIN only: a GTIN has 14 digits and a check digit, this one does not fit")
				gtin = ""
			}
			ndc.add(r, code, unit, m.cvx(r, "cvx"), makers[file+" "+r.cells["id"]], r.cells["name"], r.cells["labeler"],
				r.cells["packaging"], gtin, m.day(r, "from"), m.day(r, "to"), updated)
		}
	}
	ndc.sheet.release = max(m.latest["NDC_Unit_sale.csv"], m.latest["NDC_Unit_use.csv"])

	link := newDraft("ndc-link.tsv", "NDC_Linker.csv (dated as the NDC files)", ndc.sheet.release)
	for _, r := range m.in["NDC_Linker.csv"].rows {
		sale, use := codes["NDC_Unit_sale.csv "+r.cells["sale"]], codes["NDC_Unit_use.csv "+r.cells["use"]]
		switch {
		case sale == "" || use == "":
			link.leave(r, "it links a package that is not in the NDC files")
		case sale != use: // a unit without a number of its own is linked to its carton's
			link.add(r, sale, use)
		}
	}
	return []*draft{ndc, link}
}

// cartons are the numbers of all units of sale.
func (m *making) cartons() map[string]bool {
	out := make(map[string]bool)
	for _, r := range m.in["NDC_Unit_sale.csv"].rows {
		out[m.ndc(r)] = true
	}
	return out
}

// statements are the information statements: editions, documents, vaccines.
func (m *making) statements() []*draft {
	vis := newDraft("vis.tsv", "vis.csv", 0)
	for _, r := range m.in["vis.csv"].rows {
		m.day(r, "updated")
		vis.add(r, r.cells["gdti"], r.cells["document"], r.cells["title"], m.day(r, "edition"), status(r))
	}
	vis.sheet.release = m.latest["vis.csv"]
	document := newDraft("vis-document.tsv", "visurl.csv (dated as vis.csv)", vis.sheet.release)
	for _, r := range m.in["visurl.csv"].rows {
		document.add(r, r.cells["document"], r.cells["title"], r.cells["pdf"], r.cells["page"])
	}
	byCVX := newDraft("cvx-vis.tsv", "cvxvis.csv (dated as vis.csv)", vis.sheet.release)
	for _, r := range m.in["cvxvis.csv"].rows {
		byCVX.add(r, m.cvx(r, "cvx"), r.cells["gdti"])
	}
	return []*draft{vis, document, byCVX}
}
