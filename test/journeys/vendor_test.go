package journeys

import (
	"context"
	"testing"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

func TestAVendorFindsOutWhyATestDidNotPass(t *testing.T) {
	r := newRegistry(t)
	is.NoError(t, "testing", r.store.Write(context.Background(), func(tx *store.Tx) error {
		o, err := tx.OrganizationOf(r.oak.ID)
		if err != nil {
			return err
		}
		o.Status = iis.StatusTesting
		return tx.PutOrganization(o)
	}))
	r.hasUser(access.NewUser{Username: "vern", Name: "Vern Vendor", Role: "vendor", Facility: "OAK"})
	r.sends(r.oak, asTest(r.vxu("PID|1||T1^^^OAK^MR||Testcase^Ann^^^^^L|||F", "ORC|RE||1^OAK", "RXA|0|1|20240612||94^MMRV^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||L1|||||CP|A")))
	r.sends(r.oak, asTest(r.vxu("PID|1||T1^^^OAK^MR||Testcase^Ann^^^^^L||20230405|F", "ORC|RE||1^OAK", "RXA|0|1|20240612||94^MMRV^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||L1|||||CP|A")))
	r.sends(r.oak, r.vxu("PID|1||A1^^^OAK^MR||Marsh^Juniper^^^^^L||20230405|F"))
	b := openBrowser(t, r.address)

	b.signsIn("vern")
	b.sees("Test messages", "Refused", "Could be stored", "Real messages are not listed here.")
	b.doesNotSee("Find a person", "Submissions", "Marsh")
	b.isSound("vendor-1-tests")
	b.press("a[href='/help/topics/test-messages']")
	b.sees("Where do I send it?")
	b.isSound("vendor-2-doors")
	b.visit("/test-messages?answer=refused")
	b.press("main a.row-link")
	b.sees("This was a test.", "PID-7", "Testcase", "as a real message nothing of it could be stored either")
	b.isSound("vendor-3-refused")
	b.visit("/people/newest")
	b.sees("may not find people")
}
