import Testing

@testable import TextForms

@Suite("Days of the calendar")
struct CivilDateTests {
    @Test("Every day from 1799 to 2201, forth and back")
    func everyDay() {
        var expected = CivilDate.days(1799, 1, 1)
        for year in 1799...2201 {
            for month in 1...12 {
                for day in 1...31 where CivilDate.isDay(year, month, day) {
                    #expect(CivilDate.days(year, month, day) == expected)
                    let date = CivilDate(daysSince1970: Int64(expected))
                    #expect((date.year, date.month, date.day) == (Int64(year), Int64(month), Int64(day)))
                    expected += 1
                }
            }
        }
        #expect(CivilDate.days(1970, 1, 1) == 0)
    }

    @Test("Days that no calendar has")
    func noDays() {
        for (year, month, day) in [
            (0, 1, 1), (10_000, 1, 1), (2023, 0, 1), (2023, 13, 1), (2023, 1, 0), (2023, 1, 32), (2023, 2, 29),
            (1900, 2, 29), (2000, 2, 30), (2023, 4, 31),
        ] { #expect(!CivilDate.isDay(year, month, day)) }
        #expect(CivilDate.isDay(1, 1, 1) && CivilDate.isDay(9999, 12, 31) && CivilDate.isDay(2000, 2, 29))
    }
}
