package intake_test

import (
	"testing"

	"openiis/internal/is"
)

func TestADeleteOfWhatWasNeverReportedIsToldAndKeepsThePerson(t *testing.T) {
	each(t, func(w *world) {
		m := w.send(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "D", "L1")))
		is.Equal(t, "place of unknown key", places(m)["204"], "RXA^1")
		is.Equal(t, "doses", doses(w.ask(w.oak, juniper)), []string{})
	})
}

func TestReportsOfTwoClinicsBecomeOneRecord(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		other := juniper
		other.mrn = "E77"
		w.accepted(w.elm, w.vxu(other, order("9", "20240612", "94^MMRV^CVX", "01", "A", ""), order("10", "20230607", "08^Hep B^CVX", "01", "A", "")))
		is.Equal(t, "doses", doses(w.ask(w.oak, juniper)), []string{"20230607 08 CP", "20240612 94 CP"})
	})
}

func TestSendingAgainChangesNothing(t *testing.T) {
	each(t, func(w *world) {
		for range 3 {
			w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1"), order("9999", "20240613", "08^HepB^CVX", "01", "A", "")))
		}
		is.Equal(t, "doses", doses(w.ask(w.oak, juniper)), []string{"20240612 94 CP", "20240613 08 CP"})
	})
}

func TestUpdatesAndDeletesGoByTheSendersNumber(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1"), order("2", "20240612", "08^HepB^CVX", "00", "A", "L2")))
		w.accepted(w.oak, w.vxu(juniper, order("1", "20240611", "03^MMR^CVX", "00", "U", "L1")))
		is.Equal(t, "after an update", doses(w.ask(w.oak, juniper)), []string{"20240611 03 CP", "20240612 08 CP"})
		w.accepted(w.elm, w.vxu(juniper, order("2", "20240612", "08^HepB^CVX", "00", "D", "L2")))
		is.Equal(t, "after another clinic's delete", doses(w.ask(w.oak, juniper)), []string{"20240611 03 CP", "20240612 08 CP"})
		w.accepted(w.oak, w.vxu(juniper, order("2", "20240612", "08^HepB^CVX", "00", "D", "L2")))
		is.Equal(t, "after a delete", doses(w.ask(w.oak, juniper)), []string{"20240611 03 CP"})
		m := w.send(w.oak, w.vxu(juniper, order("77", "20240612", "08^HepB^CVX", "00", "D", "")))
		if m.First("MSA").Field(1).String() != "AE" || m.First("ERR").Field(4).String() != "W" {
			t.Errorf("a delete of nothing: %s", m.Raw())
		}
		w.accepted(w.oak, w.vxu(juniper, order("2", "20240612", "08^HepB^CVX", "00", "A", "L2")))
		is.Equal(t, "sent again after the delete", doses(w.ask(w.oak, juniper)), []string{"20240611 03 CP", "20240612 08 CP"})
	})
}

func TestTheConstant9999IsNeverAKey(t *testing.T) {
	each(t, func(w *world) {
		refusal := "ORC|RE||9999^X\rRXA|0|1|20240612||21^Var^CVX|999||||||||||||00^Parental decision^NIP002||RE|A\r"
		immune := "ORC|RE||9999^X\rRXA|0|1|20240612||998^none^CVX|999||||||||||||||NA\rOBX|1|CE|59784-9^Disease^LN|1|38907003^Varicella^SCT||||||F\r"
		w.accepted(w.oak, w.vxu(juniper, refusal, immune))
		w.accepted(w.oak, w.vxu(juniper, "ORC|RE||9999^X\rRXA|0|1|20240612||21^Var^CVX|999||||||||||||00^x^NIP002||RE|D\r"))
		w.accepted(w.oak, w.vxu(juniper, order("9999", "20240612", "94^MMRV^CVX", "00", "A", "L1"), order("9999", "20240612", "94^MMRV^CVX", "00", "A", "L2")))
		m := w.ask(w.elm, juniper)
		is.Equal(t, "after a delete by 9999 and two shots under it", doses(m),
			[]string{"20240612 94 CP", "20240612 94 CP", "20240612 21 RE", "20240612 998 NA"})
	})
}

func TestANumberUsedAgainForAnotherShotLosesNeither(t *testing.T) {
	each(t, func(w *world) {
		for _, o := range []string{order("1", "20240101", "08^HepB^CVX", "00", "A", "L1"), order("1", "20240612", "94^MMRV^CVX", "00", "A", "L2")} {
			w.accepted(w.oak, w.vxu(juniper, o))
			w.accepted(w.oak, w.vxu(juniper, o))
		}
		is.Equal(w.t, "doses", doses(w.ask(w.oak, juniper)), []string{"20240101 08 CP", "20240612 94 CP"})
	})
}

func TestWhatAMessageLeavesOutHoldsAsItWas(t *testing.T) {
	each(t, func(w *world) {
		full := juniper
		full.more = "||2106-3^White^CDCREC|1 Oak St^^Town^MN^55119^USA^P||^PRN^PH^^^651^5550147"
		w.accepted(w.oak, w.vxu(full, "PD1||||||||||||Y|20240612\r"))
		less := juniper
		less.more = "|"
		w.accepted(w.oak, w.vxu(less, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		if m := w.ask(w.elm, juniper); profile(m) != "Z33" {
			w.t.Errorf("a message without PD1 lifted the protection: %s", m.Raw())
		}
		pid := w.ask(w.oak, juniper).First("PID")
		if pid.Field(11).Comp(1).String() != "1 Oak St" || pid.Field(13).Comp(7).String() != "5550147" {
			w.t.Errorf("address or phone is lost: %s", pid.Raw())
		}
	})
}

func TestADeleteNeverWithdrawsAnotherShot(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.oak, w.vxu(juniper, order("S", "20240102", "08^HepB^CVX", "00", "A", "L1"),
			order("S", "20240202", "03^MMR^CVX", "00", "A", "L2"), order("S", "20240302", "20^DTaP^CVX", "00", "A", "L3")))
		w.accepted(w.oak, w.vxu(juniper, order("S", "20240202", "03^MMR^CVX", "00", "D", "L2")))
		is.Equal(w.t, "after a delete of the second", doses(w.ask(w.oak, juniper)), []string{"20240102 08 CP", "20240302 20 CP"})
	})
}

func TestOneNumberForSeveralDosesOfAMessageLosesNone(t *testing.T) {
	each(t, func(w *world) {
		msg := w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1"), order("1", "20240612", "08^HepB^CVX", "00", "A", "L2"))
		w.accepted(w.oak, msg)
		w.accepted(w.oak, msg)
		is.Equal(t, "doses", doses(w.ask(w.oak, juniper)), []string{"20240612 94 CP", "20240612 08 CP"})
	})
}
