"""What steps are to be cited by: one name for each work."""

from __future__ import annotations

SORTED_COLUMNS = "P. Kolte, R. Smith, W. Su, A fast median filter using AltiVec, Proc. IEEE ICCD, 384 (1999)"
NON_LOCAL_MEANS = (
    "A. Buades, B. Coll, J.-M. Morel, A non-local algorithm for image denoising, Proc. IEEE CVPR 2, 60 (2005)"
)
BY_DISPLACEMENT = (
    "J. Darbon, A. Cunha, T. Chan, S. Osher, G. Jensen, Fast nonlocal filtering applied to electron cryomicroscopy, "
    "Proc. IEEE ISBI, 1331 (2008)"
)
OTSU = "N. Otsu, A threshold selection method from gray-level histograms, IEEE Trans. Syst. Man Cybern. 9, 62 (1979)"
CROFTON = (
    "G. Lehmann, D. Legland, Efficient N-dimensional surface estimation using Crofton formula and run-length "
    "encoding, Insight J. (2012)"
)
DYNAMICS = "M. Grimaud, New measure of contrast: the dynamics, Proc. SPIE 1769, 292 (1992)"
DISTANCE = (
    "P. Felzenszwalb, D. Huttenlocher, Distance transforms of sampled functions, Theory of Computing 8, 415 (2012), as "
    "implemented by W. Silversmith, edt"
)
ROWS = (
    "T. Saito, J.-I. Toriwaki, New algorithms for Euclidean distance transformation of an n-dimensional digitized "
    "picture with applications, Pattern Recognit. 27, 1551 (1994)"
)

POLAR = (
    "B. S. Reddy, B. N. Chatterji, An FFT-based technique for translation, rotation, and scale-invariant image "
    "registration, IEEE Trans. Image Process. 5, 1266 (1996)"
)
MASKED = "D. Padfield, Masked object registration in the Fourier domain, IEEE Trans. Image Process. 21, 2706 (2012)"
SIMPLEITK = "B. C. Lowekamp et al., The design of SimpleITK, Front. Neuroinform. 7, 45 (2013)"
BALLS = (
    "T. Hildebrand, P. Rüegsegger, A new method for the model-independent assessment of thickness in three-dimensional "
    "images, J. Microsc. 185, 67 (1997)"
)
CONTINUOUS = (
    "B. Münch, L. Holzer, Contradicting geometrical concepts in pore size analysis attained with electron microscopy "
    "and mercury intrusion, J. Am. Ceram. Soc. 91, 4059 (2008)"
)
COMPONENTS = (
    "K. Wu, E. Otoo, K. Suzuki, Two strategies to speed up connected component labeling algorithms, LBNL-59102 (2005), "
    "as implemented by W. Silversmith, connected-components-3d"
)
INTEGRAL_RANGE = "C. Lantuéjoul, Ergodicity and integral range, J. Microsc. 161, 387 (1991)"
WILSON = (
    "E. B. Wilson, Probable inference, the law of succession, and statistical inference, J. Am. Stat. Assoc. 22, 209 "
    "(1927)"
)
SNOW = (
    "J. Gostick, Versatile and efficient pore network extraction method using marker-based watershed segmentation, "
    "Phys. Rev. E 96, 023307 (2017)"
)
SHAPE_FACTORS = (
    "G. Mason, N. R. Morrow, Capillary behavior of a perfectly wetting liquid in irregular triangular tubes, "
    "J. Colloid Interface Sci. 141, 262 (1991)"
)
DUCTS = (
    "T. W. Patzek, D. B. Silin, Shape factor and hydraulic conductance in noncircular capillaries: I. One-phase "
    "creeping flow, J. Colloid Interface Sci. 236, 295 (2001)"
)
TORQUATO = "S. Torquato, Random Heterogeneous Materials: Microstructure and Macroscopic Properties, Springer (2002)"
CONSTRICTIVITY = (
    "L. Holzer et al., The influence of constrictivity on the effective transport properties of porous layers in "
    "electrolysis and fuel cells, J. Mater. Sci. 48, 2934 (2013)"
)
WHOLE_PARTICLES = (
    "C. Lantuéjoul, On the estimation of mean values in individual analysis of particles, Microsc. Acta Suppl. 4, 266 "
    "(1980)"
)
CANNY = "J. Canny, A computational approach to edge detection, IEEE Trans. Pattern Anal. Mach. Intell. 8, 679 (1986)"
CLAHE = (
    "S. M. Pizer et al., Adaptive histogram equalization and its variations, Comput. Vis. Graph. Image Process. 39, "
    "355 (1987)"
)
HUBER = "P. J. Huber, Robust estimation of a location parameter, Ann. Math. Stat. 35, 73 (1964)"
FOREST = "L. Breiman, Random forests, Machine Learning 45, 5 (2001)"
RECONSTRUCTION = (
    "L. Vincent, Morphological grayscale reconstruction in image analysis, IEEE Trans. Image Process. 2, 176 (1993)"
)
SCIKIT_LEARN = "F. Pedregosa et al., Scikit-learn: machine learning in Python, J. Mach. Learn. Res. 12, 2825 (2011)"
SERRA = "J. Serra, Image Analysis and Mathematical Morphology, Academic Press (1982)"
SPLINES = "M. Unser, A. Aldroubi, M. Eden, B-spline signal processing, IEEE Trans. Signal Process. 41, 821 (1993)"
CAUCHY = (
    "A. Cauchy, Note sur divers théorèmes relatifs à la rectification des courbes, C. R. Acad. Sci. 13, 1060 (1841)"
)
UNION_FIND = "R. E. Tarjan, Efficiency of a good but not linear set union algorithm, J. ACM 22, 215 (1975)"
CONFIGURATIONS = (
    "J. Lindblad, Surface area estimation of digitized 3D objects using weighted local configurations, Image Vis. "
    "Comput. 23, 111 (2005)"
)
TRIANGLES = (
    "T. Lewiner, H. Lopes, A. W. Vieira, G. Tavares, Efficient implementation of marching cubes' cases with "
    "topological guarantees, J. Graph. Tools 8, 1 (2003)"
)
TAUFACTOR = (
    "S. J. Cooper, A. Bertei, P. R. Shearing, J. A. Kilner, N. P. Brandon, TauFactor: an open-source application for "
    "calculating tortuosity factors from tomographic data, SoftwareX 5, 203 (2016)"
)
MATBOX = (
    "F. L. E. Usseglio-Viretta et al., MATBOX: an open-source microstructure analysis toolbox for microstructure "
    "generation, segmentation, characterization, visualization, correlation, and meshing, SoftwareX 17, 100915 (2022)"
)
HULL = (
    "C. B. Barber, D. P. Dobkin, H. Huhdanpaa, The quickhull algorithm for convex hulls, ACM Trans. Math. Softw. 22, "
    "469 (1996)"
)
POWDER = (
    "T. M. M. Heenan et al., Resolving Li-ion battery electrode particles using rapid lab-based X-ray nano-computed "
    "tomography for high-throughput quantification, Adv. Sci. 7, 2000362 (2020)"
)
TORTUOSITIES = (
    "B. Tjaden, D. J. L. Brett, P. R. Shearing, Tortuosity in electrochemical devices: a review of calculation "
    "approaches, Int. Mater. Rev. 63, 47 (2018)"
)
ELECTRODE_TORTUOSITY = (
    "T.-T. Nguyen, A. Demortière, B. Fleutot, B. Delobel, C. Delacourt, S. J. Cooper, The electrode tortuosity factor: "
    "why the conventional tortuosity factor is not well suited for quantifying transport in porous Li-ion battery "
    "electrodes and what to use instead, npj Comput. Mater. 6, 123 (2020)"
)
FINITE_VOLUMES = "S. V. Patankar, Numerical Heat Transfer and Fluid Flow, Hemisphere (1980)"
RADAU = (
    "G. Meurant, P. Tichý, Approximating the extreme Ritz values and upper bounds for the A-norm of the error in CG, "
    "Numer. Algorithms 82, 937 (2019)"
)
GRID_REFINEMENT = (
    "P. J. Roache, Perspective: a method for uniform reporting of grid refinement studies, J. Fluids Eng. 116, 405 "
    "(1994)"
)
STAGGERED = (
    "F. H. Harlow, J. E. Welch, Numerical calculation of time-dependent viscous incompressible flow of fluid with free "
    "surface, Phys. Fluids 8, 2182 (1965)"
)
MINIMAL_RESIDUALS = (
    "C. C. Paige, M. A. Saunders, Solution of sparse indefinite systems of linear equations, SIAM J. Numer. Anal. 12, "
    "617 (1975)"
)
STOKES_PRESSURE = (
    "J. Cahouet, J.-P. Chabard, Some fast 3D finite element solvers for the generalized Stokes problem, Int. J. Numer. "
    "Methods Fluids 8, 869 (1988)"
)
RICHARDSON = (
    "L. F. Richardson, The approximate arithmetical solution by finite differences of physical problems involving "
    "differential equations, Phil. Trans. R. Soc. A 210, 307 (1911)"
)
FACES = (
    "D. W. Pollock, Semianalytical computation of path lines for finite-difference models, Ground Water 26, 743 (1988)"
)
FLUX_WEIGHTED = (
    "A. Duda, Z. Koza, M. Matyka, Hydraulic tortuosity in arbitrary porous media flow, Phys. Rev. E 84, 036319 (2011)"
)
GUM = "JCGM 100:2008, Evaluation of measurement data: Guide to the expression of uncertainty in measurement (2008)"
PAGANIN = (
    "D. Paganin, S. C. Mayo, T. E. Gureyev, P. R. Miller, S. W. Wilkins, Simultaneous phase and amplitude extraction "
    "from a single defocused image of a homogeneous object, J. Microsc. 206, 33 (2002)"
)
FRESNEL = (
    "N. T. Vo et al., Data processing methods and data acquisition for samples larger than the field of view in "
    "parallel-beam tomography, Opt. Express 29, 17849 (2021)"
)
ZERNIKE = (
    "F. Zernike, Phase contrast, a new method for the microscopic observation of transparent objects, Physica 9, 686 "
    "(1942)"
)
HALOS = (
    "Z. Yin, T. Kanade, M. Chen, Understanding the phase contrast optics to restore artifact-free microscopy images "
    "for segmentation, Med. Image Anal. 16, 1047 (2012)"
)
HARDENING_BY_POLYNOMIAL = (
    "G. T. Herman, Correction for beam hardening in computed tomography, Phys. Med. Biol. 24, 81 (1979)"
)
HARDENING = (
    "R. A. Brooks, G. Di Chiro, Beam hardening in X-ray reconstructive tomography, Phys. Med. Biol. 21, 390 (1976)"
)
ATTENUATION = (
    "W. T. Elam, B. D. Ravel, J. R. Sieber, A new atomic database for X-ray spectroscopic calculations, Radiat. Phys. "
    "Chem. 63, 121 (2002), read with xraydb"
)
REFRACTION = (
    "C. T. Chantler, Detailed tabulation of atomic form factors, J. Phys. Chem. Ref. Data 29, 597 (2000), read with "
    "xraydb"
)
DISTORTION = (
    "N. T. Vo, R. C. Atwood, M. Drakopoulos, Radial lens distortion correction with sub-pixel accuracy for X-ray "
    "micro-tomography, Opt. Express 23, 32859 (2015)"
)
