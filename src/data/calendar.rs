//! Days and dates of the Gregorian calendar, as they are counted from 1970.
//!
//! Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, in ages of 400 years.

/// Days of 400 years, and from the first of March of year 0 to 1970.
const AGE: i64 = 146_097;
const BEFORE_1970: i64 = 719_468;

/// The day, counted from 1970, of a year, a month `1..=12` and a day of it. A day that the month does not have is one of
/// the next.
pub fn day_of_date(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (age, of_age) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    age * AGE + of_age * 365 + of_age / 4 - of_age / 100 + of_year - BEFORE_1970
}

/// The year, the month `1..=12` and the day `1..=31` of a day counted from 1970, within i64::MAX milliseconds of it.
pub fn date_of_day(day: i64) -> (i64, i64, i64) {
    let day = day + BEFORE_1970;
    let (age, of_age) = (day.div_euclid(AGE), day.rem_euclid(AGE));
    let years = (of_age - of_age / 1_460 + of_age / 36_524 - of_age / 146_096) / 365;
    let of_year = of_age - (365 * years + years / 4 - years / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = (from_march + 2) % 12 + 1;
    (years + age * 400 + i64::from(month <= 2), month, of_year - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (day, date) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (11_016, (2000, 2, 29)),
            (20_513, (2026, 3, 1)),
            (-719_468, (0, 3, 1)),
        ] {
            assert_eq!((date_of_day(day), day_of_date(date.0, date.1, date.2)), (date, day));
        }
        assert_eq!(date_of_day(day_of_date(2023, 2, 29)), (2023, 3, 1), "no such day");
    }

    proptest! {
        #[test]
        fn dates_count_up_and_lead_back(day in -100_000_000_000..100_000_000_000_i64) {
            let (a, b) = (date_of_day(day), date_of_day(day + 1));
            prop_assert!(a < b);
            prop_assert!((1..=12).contains(&a.1) && (1..=31).contains(&a.2));
            prop_assert_eq!(day_of_date(a.0, a.1, a.2), day);
        }
    }
}
