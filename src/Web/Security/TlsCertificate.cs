using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TdxDash.Web.Security;

/// <summary>The dashboard's certificate from two PEM files. They are looked at again every few seconds, so that a renewed one is used without a restart; while new
/// files cannot be used the certificate before them stays.</summary>
internal sealed class TlsCertificate
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(5);

    private readonly string _chainFile;
    private readonly string _keyFile;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private SslStreamCertificateContext _context;
    private (DateTime Chain, DateTime Key) _written;
    private long _lookedAt;

    /// <summary>Reads the files.</summary>
    /// <param name="chainFile">PEM: the certificate, then what signed it.</param>
    /// <param name="keyFile">PEM: its private key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where it is said that files were read anew, or could not be.</param>
    /// <exception cref="StartRefusedException">They cannot be used; the message says why and what to do.</exception>
    public TlsCertificate(string chainFile, string keyFile, TimeProvider time, ILogger<TlsCertificate> log)
    {
        (_chainFile, _keyFile, _time, _log) = (chainFile, keyFile, time, log);
        _lookedAt = time.GetTimestamp();
        try
        {
            _written = Written();
            _context = Read();
        }
        catch (Exception e) when (IsOfTheFiles(e))
        {
            throw new StartRefusedException(Problem(e), e);
        }
    }

    /// <summary>The certificate with its key, and the certificates that signed it, as connections take it.</summary>
    public SslStreamCertificateContext Context
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetElapsedTime(_lookedAt) >= LookAgainAfter)
                {
                    _lookedAt = _time.GetTimestamp();
                    Renew();
                }

                return _context;
            }
        }
    }

    private static bool IsOfTheFiles(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or InvalidDataException;

    private void Renew()
    {
        try
        {
            (DateTime, DateTime) written = Written();
            if (written == _written)
            {
                return;
            }

            // The one before is left to connections that are being made with it.
            _context = Read();
            _written = written;
            TlsLog.Renewed(_log, _chainFile, _context.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception e) when (IsOfTheFiles(e))
        {
            TlsLog.NotRenewed(_log, Problem(e));
        }
    }

    private SslStreamCertificateContext Read()
    {
        string pem = File.ReadAllText(_chainFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        if (chain.Count == 0)
        {
            throw new InvalidDataException($"{_chainFile} holds no certificate in PEM.");
        }

        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem, File.ReadAllText(_keyFile));
        // Through PKCS #12, as not every system's TLS takes a key that lies in memory alone.
        X509Certificate2 usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        return SslStreamCertificateContext.Create(usable, chain, offline: true);
    }

    private (DateTime Chain, DateTime Key) Written() => (File.GetLastWriteTimeUtc(_chainFile), File.GetLastWriteTimeUtc(_keyFile));

    private string Problem(Exception e) =>
        $"The certificate {_chainFile} and its key {_keyFile} cannot be used: {e.Message} Both have to be PEM files that the dashboard may read, and the key has to belong to the first certificate.";
}

/// <summary>What is logged of certificates.</summary>
internal static partial class TlsLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The certificate was read anew from {File}; it holds until {Until:u}.")]
    public static partial void Renewed(ILogger log, string file, DateTime until);

    [LoggerMessage(Level = LogLevel.Error, Message = "The certificate before stays in use. {Problem}")]
    public static partial void NotRenewed(ILogger log, string problem);
}
