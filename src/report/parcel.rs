//! What is to be submitted to the authority.

#[cfg_attr(not(feature = "sftp"), expect(dead_code, reason = "nothing is submitted without SFTP"))]
pub(super) struct Parcel<'a> {
    pub content: &'a [u8],
    /// The final name.
    pub name: &'a str,
    /// Makes the name that it goes up under unique: the claim's token, and the try.
    pub mark: &'a str,
    /// Names whose renaming was announced and has no result.
    pub announced: &'a [String],
}
