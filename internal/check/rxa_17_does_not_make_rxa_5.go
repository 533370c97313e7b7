package check

import (
	"sync/atomic"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// makerDiffers speaks only when it is certain: of vaccines in current use, of
// doses since the list of products is whole, and of a maker that under none of
// its names made or sold any vaccine of that kind.
var makerDiffers = rule[dose]{
	Rule: Rule{
		Name: "RXA-17 does not make RXA-5", Source: "AIRA MQE0342, MQE0494, MQE0495", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "RXA-17 (manufacturer) makes no vaccine of the kind in RXA-5; correct whichever is wrong and send again.",
	},
	check: func(r *run, d *dose) {
		if d.facts&given == 0 || r.view.Codes == nil || d.MVX == "" || d.Date < wholeList {
			return
		}
		houses := housesOf(d.MVX)
		makers := makersFor(r.view.Codes).of[cvxNumber(d.CVX)]
		if houses != 0 && makers != 0 && houses&makers == 0 {
			r.at(d.rxa.AtField(17, 0, 0))
		}
	},
}

// wholeList is the day since which the list of products has all of them.
var wholeList = cal.Of(2010, time.January, 1)

// house is a set of makers who are one in what they make: companies that merged,
// sell for each other, and the names that stand on their products.
type house uint16

const (
	gsk house = 1 << iota
	seqirus
	sanofi
	pfizer
	merck
	astraZeneca
	bavarian
	emergent
	moderna
	novavax
	janssen
	dynavax
	massBiologics
	valneva
	otherHouse             // makes things, and we do not follow who it is
	anyHouse   = ^house(0) // nobody knows who made it
)

// housesOf are the houses that an MVX code may stand for; none for a maker whom
// we do not know well enough to contradict.
func housesOf(mvx string) house {
	switch mvx {
	case "SKB", "IDB":
		return gsk
	case "NOV", "CHI", "PWJ", "EVN":
		return gsk | seqirus | valneva
	case "SEQ", "CSL":
		return seqirus
	case "PMC", "CON", "PSC", "AVB":
		return sanofi
	case "MSP":
		return sanofi | merck
	case "PFR", "WAL", "WA", "LED", "PRX":
		return pfizer
	case "MSD":
		return merck | massBiologics
	case "MED", "ASZ":
		return astraZeneca | sanofi
	case "BN", "PAX", "CRU", "BPC":
		return bavarian | emergent | janssen
	case "MIP", "ACA", "CNJ":
		return bavarian | emergent
	case "MOD":
		return moderna
	case "NVX":
		return novavax
	case "JSN":
		return janssen
	case "DVX":
		return dynavax
	case "MBL", "GRF":
		return massBiologics
	case "VAL", "INT":
		return valneva
	}
	return 0
}

// makers are the houses that made any vaccine of the groups of a CVX code, by
// its number; none where we cannot tell.
type makers struct {
	tables *codeset.Tables
	of     [1000]house
}

// lastMakers spares the work of making them for every message: a process has one
// set of tables, tests a few.
var lastMakers atomic.Pointer[makers]

func makersFor(t *codeset.Tables) *makers {
	if m := lastMakers.Load(); m != nil && m.tables == t {
		return m
	}
	m := &makers{tables: t}
	byGroup := map[string]house{}
	everyVaccine(t, func(_ int, v codeset.Vaccine) {
		for _, p := range t.TradeNames(v.CVX, "") {
			by := housesOf(p.MVX)
			switch {
			case p.MVX == "":
				by = anyHouse
			case by == 0:
				by = otherHouse
			}
			for _, g := range v.Groups {
				byGroup[g.Name] |= by
			}
		}
	})
	everyVaccine(t, func(n int, v codeset.Vaccine) {
		if !v.Active() {
			return
		}
		for _, g := range v.Groups {
			m.of[n] |= byGroup[g.Name]
		}
	})
	lastMakers.Store(m)
	return m
}

// everyVaccine gives every CVX code that the tables have.
func everyVaccine(t *codeset.Tables, each func(n int, v codeset.Vaccine)) {
	var code [3]byte
	for n := range 1000 {
		code = [3]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)}
		if v, ok := t.CVX(string(code[:])); ok {
			each(n, v)
		}
	}
}
