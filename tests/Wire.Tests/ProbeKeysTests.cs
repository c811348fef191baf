using System.Security.Cryptography;
using TdxDash.Wire;

namespace TdxDash.Wire.Tests;

public sealed class ProbeKeysTests
{
    private static readonly byte[] Statement = "what is signed"u8.ToArray();

    [Fact]
    public void Verify_OfTheOwnersSignature_HoldsForThatStatementAlone()
    {
        using ECDsa key = ProbeKeys.Create(), other = ProbeKeys.Create();
        byte[] publicKey = key.ExportSubjectPublicKeyInfo(), signature = ProbeKeys.Sign(key, Statement);

        Assert.True(ProbeKeys.Verify(publicKey, Statement, signature));
        Assert.False(ProbeKeys.Verify(publicKey, Statement.AsSpan(1), signature));
        Assert.False(ProbeKeys.Verify(other.ExportSubjectPublicKeyInfo(), Statement, signature));
        Assert.False(ProbeKeys.Verify(publicKey, Statement, signature.AsSpan(1)));
        Assert.False(ProbeKeys.Verify(publicKey, Statement, []));
    }

    [Fact]
    public void Verify_OfWhatIsNoKeyOnTheCurve_IsFalse()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2_048);
        using ECDsa key = ProbeKeys.Create();
        byte[] publicKey = key.ExportSubjectPublicKeyInfo();

        foreach (byte[] wrong in new[] { [], [1, 2, 3], p384.ExportSubjectPublicKeyInfo(), rsa.ExportSubjectPublicKeyInfo(), [.. publicKey, 0], publicKey[..^1], new byte[100_000] })
        {
            Assert.False(ProbeKeys.IsPublicKey(wrong));
            Assert.False(ProbeKeys.Verify(wrong, Statement, ProbeKeys.Sign(key, Statement)));
        }

        Assert.True(ProbeKeys.IsPublicKey(publicKey));
    }

    [Fact]
    public void SignIn_WrittenAndRead_IsTheSame()
    {
        using ECDsa key = ProbeKeys.Create();

        ProbeSignIn read = ProbeSignIn.Read(ProbeSignIn.Write(key, "realm", "challenge"))!;

        Assert.Equal((ProbeKeys.IdOf(key.ExportSubjectPublicKeyInfo()), "challenge"), (read.KeyId, read.Challenge));
        Assert.True(read.IsSignedBy(key.ExportSubjectPublicKeyInfo(), "realm"));
        Assert.False(read.IsSignedBy(key.ExportSubjectPublicKeyInfo(), "another"));
        Assert.False((read with { Challenge = "other" }).IsSignedBy(key.ExportSubjectPublicKeyInfo(), "realm"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("tdx_something")]
    [InlineData("tdxp.short.challenge.c2ln")]
    [InlineData("tdxp.0123456789012345678901234567890123456789012345678901234567890123.challenge.%%%")]
    [InlineData("tdxp.0123456789012345678901234567890123456789012345678901234567890123..c2ln")]
    [InlineData("tdxp.0123456789012345678901234567890123456789012345678901234567890123.a.b.c2ln")]
    public void SignIn_OfOtherText_IsNone(string? text) => Assert.Null(ProbeSignIn.Read(text));

    [Theory]
    [InlineData("de300000-7d00-4000-8000-000000000001", true, false)]
    [InlineData("DE300000-7D00-4000-8000-000000000001", true, false)]
    [InlineData("de300000-7d01-4000-8000-000000000001", false, false)]
    [InlineData("0d5a1c1e-3f5b-8c3c-9a64-000000000001", false, true)]
    [InlineData("0d5a1c1e-3f5b-4c3c-9a64-000000000001", false, false)]
    public void Identities_SetApart_AreTold(string hostId, bool isDemo, bool canBeImported) => Assert.Equal((isDemo, canBeImported), (DemoHosts.Hold(hostId), ImportedHost.CanBe(hostId)));
}
