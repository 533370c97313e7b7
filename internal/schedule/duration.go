package schedule

// Duration is a length of calendar time as the schedule writes it: "4 years - 4
// days" is {Years: 4, Days: -4}. Its zero value with Given false is an absent
// one, which is not the same as "0 days".
type Duration struct {
	Years, Months, Weeks, Days int16
	Given                      bool
}
