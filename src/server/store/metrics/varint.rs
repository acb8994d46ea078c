//! LEB128 varints, plain and zigzag, as the tail and the chunks use them.

/// Appends `v`.
pub(super) fn put(out: &mut Vec<u8>, mut v: u64) {
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
}

/// Appends `v`, small for small distances from zero.
pub(super) fn put_signed(out: &mut Vec<u8>, v: i64) {
    put(out, ((v << 1) ^ (v >> 63)) as u64);
}

/// Takes a varint off `from`; `None` if there is none.
pub(super) fn get(from: &mut &[u8]) -> Option<u64> {
    let mut v = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        v |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(v);
        }
    }
    None
}

/// Takes a zigzag varint off `from`; `None` if there is none.
pub(super) fn get_signed(from: &mut &[u8]) -> Option<i64> {
    get(from).map(|v| (v >> 1) as i64 ^ -((v & 1) as i64))
}
