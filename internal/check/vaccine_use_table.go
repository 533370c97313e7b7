package check

// months of a year, for ages that people say in years.
const years = 12

// useRows are facts about vaccines: the day of the first licence (FDA) or
// emergency authorisation, the day on which another took its place, the end of
// the year in which the last dose expired, and the ages between which nobody
// who gives it would be surprised (licence or ACIP, whichever is wider; doses
// given on purpose outside are so rare that a look does no harm). Where we are
// not certain there is no limit.
var useRows = []struct {
	cvx                   int
	from, replaced, until string
	youngest, tooOld      int
}{
	// diphtheria, tetanus, pertussis
	{cvx: 1, replaced: "19970101", until: "20021231", youngest: 1, tooOld: 7 * years},
	{cvx: 9, youngest: 7 * years},
	{cvx: 20, from: "19911217", youngest: 1, tooOld: 7 * years},
	{cvx: 22, from: "19930330", until: "20021231", youngest: 1, tooOld: 7 * years},
	{cvx: 28, youngest: 1, tooOld: 7 * years},
	{cvx: 50, from: "19960927", until: "20131231", youngest: 1, tooOld: 7 * years},
	{cvx: 106, from: "20020514", youngest: 1, tooOld: 7 * years},
	{cvx: 110, from: "20021213", youngest: 1, tooOld: 7 * years},
	{cvx: 113, youngest: 7 * years},
	{cvx: 115, from: "20050503", youngest: 7 * years},
	{cvx: 120, from: "20080620", youngest: 1, tooOld: 7 * years},
	{cvx: 130, from: "20080624", youngest: 1, tooOld: 7 * years},
	{cvx: 138, youngest: 7 * years},
	{cvx: 139, youngest: 7 * years},
	{cvx: 146, from: "20181221", youngest: 1, tooOld: 7 * years},
	{cvx: 196, youngest: 7 * years},
	// polio, Hib
	{cvx: 2, replaced: "20000101", until: "20011231"},
	{cvx: 10, youngest: 1},
	{cvx: 46, from: "19871222", until: "20051231", youngest: 1},
	{cvx: 47, from: "19881201", until: "20091231", youngest: 1},
	{cvx: 48, from: "19930330", youngest: 1},
	{cvx: 49, from: "19891220", youngest: 1},
	{cvx: 51, from: "19961002", until: "20151231", youngest: 1},
	// measles, mumps, rubella, varicella, zoster
	{cvx: 3, from: "19710422", youngest: 6},
	{cvx: 21, from: "19950317", youngest: 12},
	{cvx: 94, from: "20050906", youngest: 12, tooOld: 13 * years},
	{cvx: 121, from: "20060525", until: "20201231", youngest: 50 * years},
	{cvx: 187, from: "20171020", youngest: 18 * years},
	// hepatitis
	{cvx: 8, from: "19811116", tooOld: 20 * years},
	{cvx: 43, from: "19811116", youngest: 11 * years},
	{cvx: 52, from: "19950222", youngest: 6},
	{cvx: 83, from: "19950222", youngest: 6, tooOld: 19 * years},
	{cvx: 104, from: "20010511", youngest: 18 * years},
	{cvx: 189, from: "20171109", youngest: 18 * years},
	{cvx: 220, from: "20211130", youngest: 18 * years},
	// human papillomavirus
	{cvx: 62, from: "20060608", until: "20171231", youngest: 9 * years},
	{cvx: 118, from: "20091016", until: "20181231", youngest: 9 * years},
	{cvx: 137, from: "20060608", youngest: 9 * years},
	{cvx: 165, from: "20141210", youngest: 9 * years},
	// rotavirus: the last dose at eight months
	{cvx: 74, from: "19980831", until: "19991231", youngest: 1, tooOld: 9},
	{cvx: 116, from: "20060203", youngest: 1, tooOld: 9},
	{cvx: 119, from: "20080403", youngest: 1, tooOld: 9},
	{cvx: 122, from: "19980831", youngest: 1, tooOld: 9},
	// pneumococcus
	{cvx: 33, from: "19830701", youngest: 24},
	{cvx: 100, from: "20000217", replaced: "20100224", until: "20111231", youngest: 1},
	{cvx: 133, from: "20100224", youngest: 1},
	{cvx: 215, from: "20210716", youngest: 1},
	{cvx: 216, from: "20210608", youngest: 1},
	{cvx: 327, from: "20240617", youngest: 18 * years},
	// meningococcus
	{cvx: 32, until: "20181231"},
	{cvx: 114, from: "20050114", youngest: 9},
	{cvx: 136, from: "20100219", youngest: 1},
	{cvx: 148, from: "20120614", until: "20171231", youngest: 1, tooOld: 24},
	{cvx: 162, from: "20141029", youngest: 10 * years},
	{cvx: 163, from: "20150123", youngest: 10 * years},
	{cvx: 203, from: "20200423", youngest: 1},
	{cvx: 316, from: "20231020", youngest: 10 * years},
	{cvx: 328, from: "20250214", youngest: 10 * years},
	// influenza: from the season of 2024 all are trivalent again
	{cvx: 88, youngest: 6},
	{cvx: 111, from: "20030617", youngest: 24, tooOld: 50 * years},
	{cvx: 125, from: "20090915", until: "20101231", youngest: 24, tooOld: 50 * years},
	{cvx: 126, from: "20090915", until: "20101231", youngest: 6},
	{cvx: 127, from: "20090915", until: "20101231", youngest: 6},
	{cvx: 135, from: "20091223", youngest: 18 * years},
	{cvx: 140, youngest: 6},
	{cvx: 141, youngest: 6},
	{cvx: 149, from: "20120229", replaced: "20240701", youngest: 24, tooOld: 50 * years},
	{cvx: 150, from: "20121214", replaced: "20240701", youngest: 6},
	{cvx: 153, from: "20121120", youngest: 6},
	{cvx: 155, from: "20130116", youngest: 9 * years},
	{cvx: 158, from: "20121214", replaced: "20240701", youngest: 6},
	{cvx: 161, from: "20121214", replaced: "20240701", youngest: 6, tooOld: 4 * years},
	{cvx: 168, from: "20151124", youngest: 18 * years},
	{cvx: 171, from: "20160523", replaced: "20240701", youngest: 6},
	{cvx: 185, from: "20161011", replaced: "20240701", youngest: 9 * years},
	{cvx: 186, from: "20160523", replaced: "20240701", youngest: 6},
	{cvx: 197, from: "20191104", replaced: "20240701", youngest: 18 * years},
	{cvx: 205, from: "20200221", replaced: "20240701", youngest: 18 * years},
	{cvx: 333, from: "20240920", youngest: 24, tooOld: 50 * years},
	// COVID-19: the first were given in trials before they were authorised
	{cvx: 207, from: "20200301", replaced: "20230418", until: "20231231", youngest: 6},
	{cvx: 208, from: "20200301", replaced: "20230418", until: "20231231", youngest: 6},
	{cvx: 211, from: "20200501", until: "20231231", youngest: 6},
	{cvx: 212, from: "20200701", until: "20231231", youngest: 6},
	{cvx: 217, from: "20211001", replaced: "20220901", until: "20231231", youngest: 6},
	{cvx: 218, from: "20210301", replaced: "20230418", until: "20231231", youngest: 6},
	{cvx: 219, from: "20210301", replaced: "20230418", until: "20231231", youngest: 6},
	{cvx: 229, from: "20220301", replaced: "20230911", until: "20231231", youngest: 6},
	{cvx: 300, from: "20220301", replaced: "20230911", until: "20231231", youngest: 6},
	{cvx: 309, from: "20230911", youngest: 12 * years},
	{cvx: 310, from: "20230911", youngest: 5 * years, tooOld: 12 * years},
	{cvx: 311, from: "20230911", youngest: 6, tooOld: 12 * years},
	{cvx: 312, from: "20230911", youngest: 12 * years},
	{cvx: 313, from: "20231003", youngest: 12 * years},
	// respiratory syncytial virus
	{cvx: 71, from: "19960118", until: "20051231"},
	{cvx: 93, from: "19980619"},
	{cvx: 303, from: "20230503", youngest: 18 * years},
	{cvx: 305, from: "20230531", youngest: 10 * years},
	{cvx: 306, from: "20230717", tooOld: 24},
	{cvx: 307, from: "20230717", tooOld: 24},
	{cvx: 326, from: "20240531", youngest: 18 * years},
	{cvx: 332, from: "20250609", tooOld: 24},
	// travel and others
	{cvx: 25, from: "19891215", youngest: 6 * years},
	{cvx: 37, youngest: 6},
	{cvx: 39, from: "19921210", until: "20111231"},
	{cvx: 56, from: "20190501", youngest: 6 * years, tooOld: 17 * years},
	{cvx: 66, from: "19981221", until: "20021231"},
	{cvx: 101, from: "19941128", youngest: 24},
	{cvx: 134, from: "20090330", youngest: 2},
	{cvx: 143, from: "20110316"},
	{cvx: 174, from: "20160610", youngest: 24},
	{cvx: 204, from: "20191219"},
	{cvx: 206, from: "20190924"},
	{cvx: 223, from: "20210813", youngest: 12, tooOld: 17 * years},
	{cvx: 224, from: "20210813", youngest: 12},
	{cvx: 317, from: "20231109", youngest: 12 * years},
	{cvx: 329, from: "20250214", youngest: 12 * years},
}
